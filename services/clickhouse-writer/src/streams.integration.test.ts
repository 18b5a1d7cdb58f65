import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog, ProducerRecord } from '@logweave/event-log';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { formatRfc3339, HEADERS, TOPICS } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { createWarehouse, type Warehouse, type WarehouseConfig } from '@logweave/warehouse';
import { type EmbeddedWarehouse, startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClickhouseWriterConfig } from './config.ts';
import { BUSY_CONFIG, killChild, startWriterChild, until } from './simulation/writer-child.ts';
import type { WritingProcessInput } from './simulation/writing-process.ts';

const DEAD_LETTER = 'logweave.dead-letter';
const PARTITIONS = 4;
const COUNT = 20_000;
/** Of events, one in so many is none. */
const BAD_EVERY = 999;
/** Between one event and the next: a batch is of several days, so of several parts that a crash can part. */
const SPREAD_MS = 120_000;

const CONFIG: ClickhouseWriterConfig = {
  streams: [
    { stream: 'correlated', topic: 'logweave.correlated', group: 'g' },
    { stream: 'raw', topic: 'logweave.raw', group: 'g-raw' },
    { stream: 'udm', topic: 'logweave.udm', group: 'g-udm' },
  ],
  deadLetterTopic: DEAD_LETTER,
  ...BUSY_CONFIG,
};

const log = { info: () => {}, warn: () => {}, error: () => {} };
let directory: string;
let engine: EmbeddedWarehouse;
let config: WarehouseConfig;
let warehouse: Warehouse;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'logweave-streams-'));
  const dataDir = join(directory, 'engine');
  engine = await startEmbeddedWarehouse({ dataDir, memoryBytes: 1_500_000_000, clock: systemClock, log });
  const { url, user, password } = engine;
  config = { url, user, password, database: 'streams', rawTable: 'http_logs_raw', requestTimeoutMs: 30_000 };
  warehouse = createWarehouse(config);
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

const isBad = (n: number): boolean => n % BAD_EVERY === BAD_EVERY >> 1;

function valueOf(stream: string, n: number): Buffer {
  if (stream === 'correlated') return Buffer.from(`{"timestamp":"2024-01-01T12:00:00Z","src_port":1,"n":${n}}`);
  // Bytes that are no text.
  if (stream === 'raw') return Buffer.from([0, 255, 10, n & 255, (n >> 8) & 255, (n >> 16) & 255]);
  if (isBad(n))
    return Buffer.from(n % (2 * BAD_EVERY) === BAD_EVERY >> 1 ? `no JSON ${n}` : `{"metadata":{},"n":${n}}`);
  const eventTimestamp = formatRfc3339(systemClock.wallMs() - n * SPREAD_MS, 0);
  return Buffer.from(
    JSON.stringify({ metadata: { eventTimestamp }, principal: { ip: [`10.0.${(n >> 8) & 255}.${n & 255}`] } }),
  );
}

async function append(eventLog: EventLog, stream: string): Promise<void> {
  const producer = await eventLog.producer();
  const recordOf = (n: number): ProducerRecord => ({
    key: Buffer.from([0, n & 255]),
    value: valueOf(stream, n),
    headers: [{ name: HEADERS.logType, value: Buffer.from('TEST') }],
    timestampMs: systemClock.wallMs(),
  });
  for (let at = 0; at < COUNT; at += 4_000) {
    const batches = Array.from({ length: PARTITIONS }, (_, partition) => ({
      topic: `logweave.${stream}`,
      partition,
      records: Array.from({ length: 4_000 / PARTITIONS }, (__, i) => recordOf(at + i * PARTITIONS + partition)),
    }));
    await producer.append(batches);
  }
  await producer.close();
}

/** What the table should hold of a partition of a topic. */
const placesOf = (stream: string, rows: number, gaps: number) =>
  Array.from({ length: PARTITIONS }, (_, partition) => ({
    topic: `logweave.${stream}`,
    partition,
    rows,
    offsets: rows,
    firstOffset: 0,
    lastOffset: COUNT / PARTITIONS - 1,
    gaps,
  }));

async function rowsOf(table: string): Promise<number> {
  try {
    const [row] = await warehouse.select<{ n: number }>(`SELECT toFloat64(count()) AS n FROM ${table}`);
    return row?.n ?? 0;
  } catch {
    // The tables are not there yet.
    return 0;
  }
}

test('faults 5 and 16: kill -9 of a writer of all streams, and of the engine below it, loses and doubles nothing, in tables and dead letters', async () => {
  const logPath = join(directory, 'log.sqlite');
  const eventLog = await openEmbeddedLog({ path: logPath, clock: systemClock });
  for (const { stream, topic } of CONFIG.streams) {
    await eventLog.ensureTopic({ name: topic, ...TOPICS[stream], partitions: PARTITIONS });
    await append(eventLog, stream);
  }
  await eventLog.ensureTopic({ name: DEAD_LETTER, ...TOPICS['dead-letter'], partitions: 1 });
  await eventLog.close();

  const input: WritingProcessInput = { logPath, warehouse: config, writer: CONFIG };
  let child: ChildProcess | null = null;
  try {
    for (let kills = 0; kills < 6; kills++) {
      child = await startWriterChild(input);
      const before = await rowsOf('udm_events');
      await until('some events', async () => (await rowsOf('udm_events')) > before);
      await systemClock.sleep(29 * kills);
      if (kills % 2 === 1) await killEngine();
      await killChild(child);
    }
    child = await startWriterChild(input);
    const bad = Array.from({ length: COUNT }, (_, n) => n).filter(isBad);
    await until(
      'all rows',
      async () => {
        const [raw, events, results] = [
          await rowsOf('raw_logs'),
          await rowsOf('udm_events'),
          await rowsOf('http_logs'),
        ];
        return raw >= COUNT && results >= COUNT && events >= COUNT - bad.length;
      },
      90_000,
    );
    await systemClock.sleep(500);
    await killChild(child);
    expect(await warehouse.counts()).toMatchObject({ raw: COUNT, logs: COUNT });
    expect(await warehouse.places('rawLogs')).toEqual(placesOf('raw', COUNT / PARTITIONS, 0));
    // Each partition has offsets in a row; the bad ones lie where n modulo 4 says.
    const events = await warehouse.places('udmEvents');
    expect(events.map(({ rows, offsets, gaps }) => [rows, offsets, gaps])).toEqual(
      Array.from({ length: PARTITIONS }, (_, partition) => {
        const gaps = bad.filter((n) => n % PARTITIONS === partition).length;
        return [COUNT / PARTITIONS - gaps, COUNT / PARTITIONS - gaps, gaps];
      }),
    );
    const [bytes] = await warehouse.select<{ n: number }>(
      `SELECT toFloat64(uniqExact(raw)) AS n FROM raw_logs WHERE startsWith(raw, unhex('00FF0A')) AND key = unhex('00' || hex(substring(raw, 4, 1)))`,
    );
    expect(bytes).toEqual({ n: COUNT });
    expect((await letters(logPath)).toSorted()).toEqual(bad.map((n) => String(valueOf('udm', n))).toSorted());
  } finally {
    if (child !== null) await killChild(child);
  }
});

test('an event is found by an address, through its index', async () => {
  const [row] = await warehouse.select(
    "SELECT principal_ip, event_json FROM udm_events WHERE has(ips, '10.0.3.7') AND event_timestamp > now() - INTERVAL 40 DAY",
  );
  expect(row).toMatchObject({ principal_ip: ['10.0.3.7'] });
  const plan = await warehouse.select<{ explain: string }>(
    "EXPLAIN indexes = 1 SELECT * FROM udm_events WHERE has(ips, '10.0.3.7')",
  );
  expect(plan.map(({ explain }) => explain.trim())).toContain('Name: ips_bloom');
});

async function letters(logPath: string): Promise<string[]> {
  const eventLog = await openEmbeddedLog({ path: logPath, clock: systemClock });
  try {
    const reader = await eventLog.reader({ topic: DEAD_LETTER, partition: 0 }, 0);
    const [end] = await eventLog.watermarks(DEAD_LETTER);
    const found: string[] = [];
    for (let next = 0; next < (end?.stable ?? 0); ) {
      const batch = await reader.read({ maxRecords: 1_000, timeoutMs: 1_000 });
      found.push(...batch.records.map(({ value }) => String(value)));
      next = batch.nextOffset;
    }
    await reader.close();
    return found;
  } finally {
    await eventLog.close();
  }
}

async function killEngine(): Promise<void> {
  const { pid } = engine;
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  await until('a new engine', async () => engine.pid !== undefined && engine.pid !== pid);
}
