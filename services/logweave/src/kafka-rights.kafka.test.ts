import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KafkaRights, KafkaTools, startTestKafka } from '@logweave/event-log-kafka/testing';
import { systemClock } from '@logweave/service-kit';
import { describe, expect, inject, it, type TestContext } from 'vitest';
import { Ensemble } from './testing/ensemble.ts';
import { LogweaveRun, logweave } from './testing/run-logweave.ts';

const RIGHTS = join(import.meta.dirname, '../../../k8s/logweave/files/rights.json');
const USER = 'logweave';
const PASSWORD = 'correct-horse';
const PREFIX = 'rights';
const RATE = 300;
const SECONDS = 8;

const AUTHORIZER = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  // Who comes by the listener that asks nobody: the broker itself, and whoever makes topics and rights.
  'super.users': 'User:ANONYMOUS',
};

/** An ensemble whose user may do nothing yet. */
async function strictEnsemble(context: TestContext) {
  const kafka = await startTestKafka({
    sasl: [{ name: 'USERS', mechanisms: ['PLAIN'], users: { [USER]: PASSWORD }, reauthenticateMs: null }],
    properties: AUTHORIZER,
  });
  if ('unavailable' in kafka) throw new Error(kafka.unavailable);
  context.onTestFinished(() => kafka.close());
  const tools = new KafkaTools(kafka.bootstrapServers);
  context.onTestFinished(() => tools.close());
  const ensemble = await Ensemble.start(context, {
    brokers: kafka.bootstrapServers,
    sections: {
      topics: { prefix: PREFIX, partitions: 4, raw_partitions: 2 },
      correlation: {
        matching: { mode: 'one_to_many' },
        ttl: { network_ttl_s: 5 },
        orphan_policy: { network_emit: true },
      },
    },
  });
  const passwordFile = ensemble.at('password');
  writeFileSync(passwordFile, PASSWORD);
  const asUser = {
    event_log: {
      kind: 'kafka',
      kafka: {
        brokers: kafka.saslServers,
        sasl: { mechanism: 'plain', username: USER, password_file: passwordFile },
        create_topics: false,
        session_timeout_ms: 6_000,
      },
    },
  };
  expect(await logweave(['topics', '--create', '-c', ensemble.config()])).toMatchObject({ code: 0 });
  expect(await logweave(['migrate', '-c', ensemble.config()])).toMatchObject({ code: 0 });
  return { ensemble, tools, asUser };
}

function generate({ at }: Ensemble): LogweaveRun {
  const sockets = ['--http-socket', at('http.socket'), '--network-socket', at('network.socket')];
  return new LogweaveRun(['generate', ...sockets, '--json', '--rate', String(RATE), '--duration', `${SECONDS}s`]);
}

/** Everything that was generated has been read and decided, and stands in ClickHouse. */
async function expectDecided(config: string, load: LogweaveRun): Promise<void> {
  const sent = JSON.parse((await load.finished).stdout) as { http_lines: number; network_lines: number };
  const audit = async (): Promise<unknown> =>
    JSON.parse((await logweave(['audit', '--json', '--warehouse', '-c', config])).stdout);
  await expect.poll(audit, { timeout: 60_000, interval: 1_000 }).toMatchObject({
    holds: true,
    sides: { A: { read: sent.http_lines, pending: 0 }, B: { read: sent.network_lines, pending: 0 } },
  });
}

describe.skipIf('unavailable' in inject('kafka'))('a user of Kafka', () => {
  const rights = JSON.parse(readFileSync(RIGHTS, 'utf8')) as KafkaRights;

  it('needs no other rights than those of the chart and of docs/hardening.md', async (context) => {
    const { ensemble, tools, asUser } = await strictEnsemble(context);
    await tools.allow(USER, `${PREFIX}.`, rights);
    const running: LogweaveRun[] = [];
    for (const service of [
      'socket-ingestor',
      'correlator',
      'correlator',
      'parser',
      'clickhouse-writer',
      'file-writer',
    ]) {
      running.push(await ensemble.run(service, asUser));
    }
    const load = generate(ensemble);
    await systemClock.sleep((SECONDS / 2) * 1000);
    running[1]?.kill('SIGKILL');
    await expectDecided(ensemble.config(asUser), load);
    for (const run of running) expect(run.stderr).not.toMatch(/authoriz/i);
    for (const run of running.toSpliced(1, 1)) await ensemble.stop(run);
  });

  it('who loses his rights while events come loses none of these: they wait on disk until he has them again', async (context) => {
    const { ensemble, tools, asUser } = await strictEnsemble(context);
    await tools.allow(USER, `${PREFIX}.`, rights);
    const ingestor = await ensemble.run('socket-ingestor', asUser);
    const load = generate(ensemble);
    await systemClock.sleep(2_000);
    await tools.forbid(USER, `${PREFIX}.`, { topic: rights.topic ?? [] });
    await ingestor.until(() => ingestor.logged('spool cannot be sent yet') !== undefined);
    const correlator = new LogweaveRun(['run', 'correlator', '-c', ensemble.config(asUser)]);
    expect(await correlator.finished).toMatchObject({ code: 1 });
    expect(correlator.stderr).toContain('docs/hardening.md');
    await load.finished;
    await tools.allow(USER, `${PREFIX}.`, { topic: rights.topic ?? [] });
    const isBack = () => ingestor.stderr.split('spool is empty, what comes goes to the event log').length > 2;
    await ingestor.until(isBack);
    for (const service of ['correlator', 'clickhouse-writer']) await ensemble.run(service, asUser);
    await expectDecided(ensemble.config(asUser), load);
    await ensemble.stop(ingestor);
  });
});
