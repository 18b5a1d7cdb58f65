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
  return { ensemble, tools, asUser, passwordFile };
}

function generate({ at }: Ensemble): LogweaveRun {
  const sockets = ['--http-socket', at('http.socket'), '--network-socket', at('network.socket')];
  return new LogweaveRun(['generate', ...sockets, '--json', '--rate', String(RATE), '--duration', `${SECONDS}s`]);
}

/** Everything that was generated has been read and decided, and stands in ClickHouse. */
async function expectDecided(config: string, ...loads: readonly LogweaveRun[]): Promise<void> {
  const sent = { http_lines: 0, network_lines: 0 };
  for (const load of loads) {
    const lines = JSON.parse((await load.finished).stdout) as typeof sent;
    sent.http_lines += lines.http_lines;
    sent.network_lines += lines.network_lines;
  }
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
    const asOneIngestor = { ...asUser, inputs: { spool: { directory: ensemble.at('spool') } } };
    const ingestor = await ensemble.run('socket-ingestor', asOneIngestor);
    const load = generate(ensemble);
    await systemClock.sleep(2_000);
    await tools.forbid(USER, `${PREFIX}.`, { topic: rights.topic ?? [] });
    await ingestor.until(() => ingestor.logged('spool cannot be sent yet') !== undefined);
    const correlator = new LogweaveRun(['run', 'correlator', '-c', ensemble.config(asUser)]);
    expect(await correlator.finished).toMatchObject({ code: 1 });
    expect(correlator.stderr).toContain('docs/hardening.md');
    await load.finished;
    await ensemble.stop(ingestor);
    // Nor does it end when it starts and is refused, since it knows what there is to know of the topics.
    const next = await ensemble.run('socket-ingestor', asOneIngestor);
    const more = generate(ensemble);
    await more.finished;
    const away = next.logged('event log is away, topics are taken to be as they were');
    expect(away?.['reason']).toContain(`does not let this user see topic ${PREFIX}.http`);
    await tools.allow(USER, `${PREFIX}.`, { topic: rights.topic ?? [] });
    await next.until(() => next.logged('spool is empty, what comes goes to the event log') !== undefined);
    for (const service of ['correlator', 'clickhouse-writer']) await ensemble.run(service, asUser);
    await expectDecided(ensemble.config(asUser), load, more);
    await ensemble.stop(next);
  });

  it('whose password is wrong when his ingestor starts again loses nothing of what comes until it is right', async (context) => {
    const { ensemble, tools, asUser, passwordFile } = await strictEnsemble(context);
    await tools.allow(USER, `${PREFIX}.`, rights);
    const asOneIngestor = { ...asUser, inputs: { spool: { directory: ensemble.at('spool') } } };
    await ensemble.stop(await ensemble.run('socket-ingestor', asOneIngestor));
    writeFileSync(passwordFile, 'wrong-horse');
    const ingestor = await ensemble.run('socket-ingestor', asOneIngestor);
    expect(ingestor.logged('kafka refuses us')).toBeDefined();
    const url = String(ingestor.logged('admin server listens')?.['url']);
    expect(await (await fetch(`${url}/readyz`)).text()).toContain('Kafka refuses us');
    const { stdout } = await generate(ensemble).finished;
    const sent = JSON.parse(stdout) as { http_lines: number; network_lines: number };
    writeFileSync(passwordFile, PASSWORD);
    await ingestor.until(() => ingestor.logged('spool is empty, what comes goes to the event log') !== undefined);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const appended = /^logweave_ingest_appended_records_total (\d+)$/m.exec(metrics)?.[1];
    expect(Number(appended)).toBe(sent.http_lines + sent.network_lines);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await ensemble.stop(ingestor);
  });
});
