/**
 * The ClickHouse writer from a topic (in memory) into the tables of the embedded engine: how many rows a second when it
 * has to catch up, what CPU a row takes, and how long a row is on its way at a steady rate.
 * `node --conditions=@logweave/source bench/clickhouse-writer.bench.ts [ROWS] [RATE] [SECONDS] [correlated|raw|udm]`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClickhouseWriter } from '@logweave/clickhouse-writer';
import { MemoryCluster } from '@logweave/event-log/memory';
import { TOPICS } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { createWarehouse, STREAM_TABLES, STREAMS, type Stream, type Warehouse } from '@logweave/warehouse';
import { startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { streamRecord } from './stream-records.ts';

const rows = Number(process.argv[2] ?? 200_000);
const rate = Number(process.argv[3] ?? 1_000);
const seconds = Number(process.argv[4] ?? 15);
const stream = streamOf(process.argv[5] ?? 'correlated');

const TOPIC = `logweave.${stream}`;
const DEAD_LETTER = 'logweave.dead-letter';
const PARTITIONS = 8;
/** The kernel counts in hundredths of a second. */
const TICK_MICROS = 10_000;

const cluster = new MemoryCluster({ clock: systemClock });
cluster.ensureTopic({ name: TOPIC, ...TOPICS[stream], partitions: PARTITIONS });
cluster.ensureTopic({ name: DEAD_LETTER, ...TOPICS['dead-letter'] });

function streamOf(name: string): Stream {
  const found = STREAMS.find((each) => each === name);
  if (found === undefined) throw new Error(`no such stream: ${name}`);
  return found;
}

async function append(from: number, count: number): Promise<void> {
  const producer = await cluster.connect().producer();
  const batches = Array.from({ length: PARTITIONS }, (_, partition) => ({
    topic: TOPIC,
    partition,
    records: Array.from({ length: Math.ceil((count - partition) / PARTITIONS) }, (__, i) =>
      streamRecord(stream, from + partition + i * PARTITIONS),
    ),
  }));
  await producer.append(batches.filter((batch) => batch.records.length > 0));
  await producer.close();
}

async function untilRows(warehouse: Warehouse, wanted: number): Promise<void> {
  const table = warehouse.tables[STREAM_TABLES[stream].arrive];
  for (let there = 0; there < wanted; ) {
    await systemClock.sleep(50);
    const [row] = await warehouse.select<{ n: number }>(`SELECT toFloat64(count()) AS n FROM ${table}`);
    there = row?.n ?? 0;
  }
}

function cpuMicrosOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

const dataDir = mkdtempSync(join(tmpdir(), 'logweave-bench-'));
const engine = await startEmbeddedWarehouse({
  dataDir,
  memoryBytes: 3_000_000_000,
  clock: systemClock,
  log: pino({ level: 'error' }),
});
try {
  const { url, user, password } = engine;
  const warehouse = createWarehouse({
    url,
    user,
    password,
    database: 'default',
    rawTable: 'http_logs_raw',
    requestTimeoutMs: 120_000,
  });
  await warehouse.migrate({ dryRun: false });
  await append(0, rows);
  const writer = createClickhouseWriter(
    {
      streams: [{ stream, topic: TOPIC, group: 'bench' }],
      deadLetterTopic: DEAD_LETTER,
      maxRows: 10_000,
      maxBytes: 16_000_000,
      maxAgeMs: 1_000,
      maxBufferedBytes: 96_000_000,
      concurrency: 1,
      migrate: true,
      drainMs: 10_000,
    },
    {
      eventLog: cluster.connect(),
      clock: systemClock,
      log: pino({ level: 'error' }),
      metrics: new Registry(),
      warehouse,
    },
  );
  const engineFrom = cpuMicrosOf(engine.pid);
  const cpuFrom = process.cpuUsage();
  const beganMs = systemClock.monotonicMs();
  await writer.start();
  await untilRows(warehouse, rows);
  const tookMs = systemClock.monotonicMs() - beganMs;
  const cpu = process.cpuUsage(cpuFrom);
  const engineCpu = cpuMicrosOf(engine.pid) - engineFrom;
  console.log(
    `clickhouse-writer, ${rows.toLocaleString('en')} rows of ${stream}, ${streamRecord(stream, 0).value?.length} bytes, ${PARTITIONS} partitions`,
  );
  console.log(
    `  catching up  ${Math.round((rows / tookMs) * 1000).toLocaleString('en')} rows/s, CPU a row: the writer's own process ${((cpu.user + cpu.system) / rows).toFixed(1)} µs, the engine ${(engineCpu / rows).toFixed(1)} µs`,
  );

  const tickMs = 50;
  let sent = rows;
  for (let tick = 0; tick < (seconds * 1000) / tickMs; tick++) {
    await append(sent, (rate * tickMs) / 1000);
    sent += (rate * tickMs) / 1000;
    await systemClock.sleep(tickMs);
  }
  await untilRows(warehouse, sent);
  const [latency] = await warehouse.select<{ p50: number; p99: number; worst: number }>(
    `SELECT quantileExact(0.5)(ms) AS p50, quantileExact(0.99)(ms) AS p99, max(ms) AS worst FROM
     (SELECT toFloat64(dateDiff('millisecond', _arrived_at, _inserted_at)) AS ms FROM ${warehouse.tables[STREAM_TABLES[stream].arrive]} WHERE _offset >= {from:UInt64})`,
    { from: rows / PARTITIONS },
  );
  console.log(
    `  at ${rate.toLocaleString('en')} rows/s  arrival to row p50 ${latency?.p50} ms, p99 ${latency?.p99} ms, worst ${latency?.worst} ms`,
  );
  await writer.stop();
  await warehouse.close();
} finally {
  await engine.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
