/**
 * A whole Logweave in this process, fed through its stream sockets by a process of its own: how many events a second get
 * from the sockets into the result topic, how many rows into http_logs, and how long a row takes at 1,000 events/s.
 * `node --conditions=@logweave/source bench/up.bench.ts [EVENTS] [SECONDS]`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCommitMetadata } from '@logweave/correlation';
import type { EventLog } from '@logweave/event-log';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { loadConfiguration, type Running, startLogweave } from 'logweave';

const events = Number(process.argv[2] ?? 400_000);
const seconds = Number(process.argv[3] ?? 15);

const PARTITIONS = 8;

interface Stage {
  readonly running: Running;
  readonly sockets: readonly [string, string];
  readonly directory: string;
}

async function start(clickhouse: boolean): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'logweave-bench-'));
  const sockets = [join(directory, 'http.socket'), join(directory, 'network.socket')] as const;
  const config = {
    data_dir: join(directory, 'data'),
    inputs: {
      unix_sockets: [
        { name: 'http_source', path: sockets[0], format: 'json' },
        { name: 'network_source', path: sockets[1], format: 'json' },
      ],
    },
    correlation: { matching: { mode: 'one_to_many' }, ttl: { network_ttl_s: 5 } },
    outputs: { clickhouse: { enabled: clickhouse, embedded: true } },
    admin: { port: 0 },
    log: { level: 'warn' },
  };
  const file = join(directory, 'logweave.yml');
  writeFileSync(file, JSON.stringify(config));
  const redactor = new Redactor();
  const log = createLogger({ level: 'warn', format: 'json', redactor });
  const running = await startLogweave(loadConfiguration(file).config, { log, redactor });
  return { running, sockets, directory };
}

/** Sends from another process at a rate; resolves when it has sent everything. */
async function send({ sockets }: Stage, rate: number, count: number): Promise<void> {
  const program = join(import.meta.dirname, '../services/logweave/bin/logweave.mjs');
  const target = ['--http-socket', sockets[0], '--network-socket', sockets[1]];
  const amount = ['--rate', String(rate), '--events', String(count), '--duration', '1h'];
  const child = spawn(program, ['generate', ...target, ...amount], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`logweave generate ended with ${code}`);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

async function highs(log: EventLog, topic: string): Promise<number[]> {
  return (await log.watermarks(topic)).map(({ high }) => high);
}

/** Events whose outcome is committed: what the correlator has read, as its commits say. */
async function joined(log: EventLog): Promise<number> {
  const topics = ['logweave.http', 'logweave.network'];
  const partitions = topics.flatMap((topic) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
  );
  const committed = await log.committed('logweave.correlator', partitions);
  return sum(committed.map((offset) => (offset === null ? 0 : decodeCommitMetadata(offset.metadata).next)));
}

/** Milliseconds from now until `count` has reached `wanted`. */
async function until(wanted: number, count: () => Promise<number>): Promise<number> {
  const beganMs = systemClock.monotonicMs();
  while ((await count()) < wanted) await systemClock.sleep(20);
  return systemClock.monotonicMs() - beganMs;
}

async function intoTheResultTopic(): Promise<void> {
  const stage = await start(false);
  const { eventLog } = stage.running;
  const cpu = process.cpuUsage();
  const sending = send(stage, 1_000_000, events);
  await until(1, () => joined(eventLog));
  const tookMs = await until(events, () => joined(eventLog));
  const { user, system } = process.cpuUsage(cpu);
  await sending;
  const results = sum(await highs(eventLog, 'logweave.correlated'));
  const rate = Math.round((events / tookMs) * 1000);
  console.log(
    `socket → result topic: ${rate} events/s (${events} events, ${results} records), ${((user + system) / events).toFixed(1)} µs of CPU an event`,
  );
  await stop(stage);
}

async function intoClickHouse(): Promise<void> {
  const stage = await start(true);
  const { eventLog, warehouse } = stage.running;
  if (warehouse === null) throw new Error('no warehouse');
  await warehouse.migrate({ dryRun: false });
  const rows = async (): Promise<number> =>
    Number((await warehouse.select<{ n: string }>('SELECT count() AS n FROM http_logs'))[0]?.n ?? 0);
  const sending = send(stage, 1_000_000, events);
  await until(1, rows);
  const beganMs = systemClock.monotonicMs();
  await sending;
  await until(events, () => joined(eventLog));
  await stage.running.endOfInput();
  const wanted = sum(await highs(eventLog, 'logweave.correlated'));
  await until(wanted, rows);
  const tookMs = systemClock.monotonicMs() - beganMs;
  console.log(
    `socket → http_logs: ${Math.round((wanted / tookMs) * 1000)} rows/s (${wanted} rows of ${events} events)`,
  );
  await stop(stage);
}

async function latency(): Promise<void> {
  const stage = await start(true);
  const { warehouse } = stage.running;
  if (warehouse === null) throw new Error('no warehouse');
  await send(stage, 1_000, seconds * 1_000);
  await systemClock.sleep(4_000);
  const [row] = await warehouse.select<{ n: string; p50: number; p99: number }>(
    `SELECT count() AS n, quantileExact(0.5)(ms) AS p50, quantileExact(0.99)(ms) AS p99
     FROM (SELECT dateDiff('millisecond', _arrived_at, _inserted_at) AS ms FROM http_logs WHERE correlated)`,
  );
  console.log(`latency at 1,000 events/s: p50 ${row?.p50} ms, p99 ${row?.p99} ms from socket to row (${row?.n} pairs)`);
  await stop(stage);
}

async function stop({ running, directory }: Stage): Promise<void> {
  await running.stop();
  rmSync(directory, { recursive: true });
}

await intoTheResultTopic();
await intoClickHouse();
await latency();
