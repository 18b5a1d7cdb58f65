import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { describe, expect, inject, it, type TestContext } from 'vitest';
import { differences, outcomeOfRecord } from './replay/outcome.ts';
import { playEvents } from './replay/pace.ts';
import { readSample, type Sample, type TruthName } from './replay/sample.ts';
import { openSocketSink } from './replay/socket-sink.ts';
import { LogweaveRun, logweave } from './testing/run-logweave.ts';

const kafka = inject('kafka');
const SAMPLE = join(import.meta.dirname, '../../../examples/web-minute');
const TRUTH: TruthName = { mode: 'one_to_many', rules: 'window_10s_ttl_120s_sliding' };
const REPLAY_MS = 8_000;
const PARTITIONS = 4;
const ENGINE_BYTES = 1024 * 1024 * 1024;

/** The services as processes of their own, each with a data directory of its own, on one Kafka and one ClickHouse. */
class Ensemble {
  readonly at: (name: string) => string;
  readonly #dsn: string;
  readonly #context: TestContext;
  #processes = 0;

  constructor(directory: string, dsn: string, context: TestContext) {
    this.at = (name) => join(directory, name);
    this.#dsn = dsn;
    this.#context = context;
  }

  async run(service: string, correlation: object = {}): Promise<LogweaveRun> {
    const run = new LogweaveRun(['run', service, '-c', this.config(correlation)]);
    this.#context.onTestFinished(() => run.kill('SIGKILL'));
    await run.until(() => run.logged('started') !== undefined);
    return run;
  }

  /** Stops in order, which must go well. */
  async stop(run: LogweaveRun): Promise<void> {
    run.kill('SIGTERM');
    expect((await run.finished).code).toBe(0);
  }

  config(correlation: object = {}): string {
    const { at } = this;
    const number = this.#processes++;
    const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;
    const config = {
      data_dir: at(`data-${number}`),
      event_log: { kind: 'kafka', kafka: { brokers, session_timeout_ms: 6_000 } },
      topics: { prefix: 'ensemble', partitions: PARTITIONS },
      inputs: {
        unix_sockets: [
          { name: 'http_source', path: at('http.socket'), type: 'stream' },
          { name: 'network_source', path: at('network.socket'), type: 'stream' },
        ],
      },
      correlation: {
        time_window: { value: 10, unit: 's' },
        matching: { mode: TRUTH.mode },
        ttl: { network_ttl_s: 120 },
        // Event time runs faster than the clock; nothing is silent, and a correlator that is killed is missed for a session.
        lateness_ms: 120_000,
        idle_after_ms: 60_000,
        orphan_policy: { network_emit: true },
        ...correlation,
      },
      outputs: { file: { path: at('out.log') }, clickhouse: { dsn: this.#dsn } },
      admin: { port: 0 },
      log: { format: 'json' },
    };
    writeFileSync(at(`config-${number}.yml`), JSON.stringify(config));
    return at(`config-${number}.yml`);
  }
}

async function startEnsemble(context: TestContext): Promise<Ensemble> {
  const directory = mkdtempSync(join(tmpdir(), 'logweave-ensemble-'));
  const log = createLogger({ level: 'error', format: 'json', redactor: new Redactor() });
  const engine = await startEmbeddedWarehouse({
    dataDir: join(directory, 'clickhouse'),
    memoryBytes: ENGINE_BYTES,
    log,
    clock: systemClock,
  });
  context.onTestFinished(async () => {
    await engine.stop();
    rmSync(directory, { recursive: true });
  });
  const { host } = new URL(engine.url);
  return new Ensemble(directory, `http://${engine.user}:${engine.password}@${host}/default`, context);
}

async function send({ at }: Ensemble, { events }: Sample): Promise<void> {
  const http = await openSocketSink(at('http.socket'));
  const network = await openSocketSink(at('network.socket'));
  await playEvents(events, { A: http.write, B: network.write }, { durationMs: REPLAY_MS }, systemClock);
  await Promise.all([http.end(), network.end()]);
}

describe.skipIf('unavailable' in kafka)('services as processes of their own on Kafka', () => {
  it('fault 8: give a sample its truth, in a file and in ClickHouse, though one correlator is killed', async (context) => {
    const ensemble = await startEnsemble(context);
    const created = await logweave(['topics', '--create', '-c', ensemble.config()]);
    expect(created).toMatchObject({ code: 0 });
    const ingestor = await ensemble.run('socket-ingestor');
    const [first, second] = await Promise.all([ensemble.run('correlator'), ensemble.run('correlator')]);
    const writers = await Promise.all([ensemble.run('file-writer'), ensemble.run('clickhouse-writer')]);
    const endsNs = BigInt(Math.round(systemClock.wallMs() + 200 + REPLAY_MS)) * 1_000_000n;
    const sample = await readSample(SAMPLE, TRUTH, (lastNs) => endsNs - lastNs);
    const sending = send(ensemble, sample);
    await systemClock.sleep(REPLAY_MS / 2);
    first.kill('SIGKILL');
    await sending;
    await ensemble.stop(ingestor);
    await ensemble.stop(second);
    // Whoever comes last has all that is there and decides it.
    const last = await ensemble.run('correlator', { on_stop: 'emit' });
    const restored = () => last.stderr.split('\n').filter((line) => line.includes('"task restored"')).length;
    await last.until(() => restored() >= PARTITIONS);
    await ensemble.stop(last);
    const lines = () => readFileSync(ensemble.at('out.log'), 'utf8').split('\n').slice(0, -1);
    await expect.poll(() => lines().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(sample.outcomes.length);
    for (const writer of writers) await ensemble.stop(writer);
    expect(differences(lines().map(outcomeOfRecord).sort(), sample.outcomes)).toEqual({ missing: [], surplus: [] });
    const audit = await logweave(['audit', '--json', '--warehouse', '-c', ensemble.config({ on_stop: 'emit' })]);
    expect(JSON.parse(audit.stdout)).toMatchObject({ holds: true, results: sample.outcomes.length });
    expect(audit.code).toBe(0);
  });
});
