import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '@logweave/event-log';
import { MemoryCluster } from '@logweave/event-log/memory';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { TOPICS } from '@logweave/model';
import { type Service, systemClock } from '@logweave/service-kit';
import { createWarehouse, type Warehouse, type WarehouseConfig, WarehouseError } from '@logweave/warehouse';
import { type EmbeddedWarehouse, startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createClickhouseWriter } from './clickhouse-writer.ts';
import type { ClickhouseWriterConfig } from './config.ts';
import { BUSY_CONFIG, killChild, startWriterChild, until } from './simulation/writer-child.ts';
import type { WritingProcessInput } from './simulation/writing-process.ts';

const TOPIC = 'logweave.correlated';
const DEAD_LETTER = 'logweave.dead-letter';
const PARTITIONS = 4;

const CONFIG: ClickhouseWriterConfig = {
  streams: [{ stream: 'correlated', topic: TOPIC, group: 'logweave.clickhouse-writer' }],
  deadLetterTopic: DEAD_LETTER,
  ...BUSY_CONFIG,
};

const lines: string[] = [];
const log = pino({ level: 'debug' }, { write: (line: string): void => void lines.push(line) });

let directory: string;
let engine: EmbeddedWarehouse;
let databases = 0;
const closing: (() => Promise<unknown>)[] = [];

/** A warehouse of its own for a test: a new database in the one engine. */
function newWarehouse(options: Partial<WarehouseConfig> = {}): { warehouse: Warehouse; config: WarehouseConfig } {
  const config = {
    url: engine.url,
    user: engine.user,
    password: engine.password,
    database: `test_${databases++}`,
    rawTable: 'http_logs_raw',
    requestTimeoutMs: 30_000,
    ...options,
  };
  const warehouse = createWarehouse(config);
  closing.push(() => warehouse.close());
  return { warehouse, config };
}

function newCluster(): MemoryCluster {
  const cluster = new MemoryCluster({ clock: systemClock });
  cluster.ensureTopic({ name: TOPIC, ...TOPICS.correlated, partitions: PARTITIONS });
  cluster.ensureTopic({ name: DEAD_LETTER, ...TOPICS['dead-letter'] });
  return cluster;
}

async function startWriter(eventLog: EventLog, warehouse: Warehouse, metrics = new Registry()): Promise<Service> {
  const writer = createClickhouseWriter(CONFIG, { eventLog, clock: systemClock, log, metrics, warehouse });
  await writer.start();
  closing.push(() => writer.stop());
  return writer;
}

const rowOf = (n: number): string =>
  `{"timestamp":"2024-01-01T12:00:00Z","src_ip":"192.0.2.${n % 250}","src_port":${1_000 + (n % 60_000)},"correlated":true,"n":${n}}`;

async function append(eventLog: EventLog, count: number, from = 0, textOf = rowOf): Promise<void> {
  const producer = await eventLog.producer();
  for (let at = from; at < from + count; at += 1_000) {
    const batches = Array.from({ length: PARTITIONS }, (_, partition) => ({
      topic: TOPIC,
      partition,
      records: Array.from({ length: Math.min(1_000, from + count - at) }, (_, i) => at + i)
        .filter((n) => n % PARTITIONS === partition)
        .map((n) => ({ key: null, value: Buffer.from(textOf(n)), headers: [], timestampMs: systemClock.wallMs() })),
    }));
    await producer.append(batches.filter((batch) => batch.records.length > 0));
  }
  await producer.close();
}

/** Both tables hold every record once. */
async function expectExactly(warehouse: Warehouse, count: number): Promise<void> {
  expect(await warehouse.counts()).toMatchObject({ raw: count, logs: count });
  expect(await warehouse.doubles('raw', 5)).toEqual([]);
  expect(await warehouse.doubles('logs', 5)).toEqual([]);
  expect(await warehouse.missingFromLogs(5)).toEqual([]);
}

async function statement(sql: string): Promise<void> {
  const headers = { 'X-ClickHouse-User': engine.user, 'X-ClickHouse-Key': engine.password };
  const answer = await fetch(engine.url, { method: 'POST', body: sql, headers });
  if (!answer.ok) throw new Error(await answer.text());
}

async function logsCount(warehouse: Warehouse): Promise<number> {
  try {
    return (await warehouse.counts()).logs;
  } catch {
    // The engine is being restarted, or has no tables yet.
    return -1;
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'logweave-writer-'));
  engine = await startEmbeddedWarehouse({
    dataDir: join(directory, 'engine'),
    memoryBytes: 1_500_000_000,
    clock: systemClock,
    log,
  });
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

afterAll(async () => {
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

test('records arrive in both tables, with their places', async () => {
  const { warehouse } = newWarehouse();
  const cluster = newCluster();
  const writer = await startWriter(cluster.connect(), warehouse);
  await append(cluster.connect(), 3_000);
  await until('all rows', async () => (await logsCount(warehouse)) === 3_000);
  await expectExactly(warehouse, 3_000);
  expect(writer.readiness()).toEqual({ ready: true, detail: `Writing 4 partitions of ${TOPIC} to ClickHouse.` });
});

test('fault 5: kill -9 of the writer at any moment loses and doubles nothing', async () => {
  const { warehouse, config } = newWarehouse();
  const count = 40_000;
  const logPath = join(directory, 'killed.sqlite');
  const eventLog = await openEmbeddedLog({ path: logPath, clock: systemClock });
  await eventLog.ensureTopic({ name: TOPIC, ...TOPICS.correlated, partitions: PARTITIONS });
  await eventLog.ensureTopic({ name: DEAD_LETTER, ...TOPICS['dead-letter'] });
  await append(eventLog, count);
  await eventLog.close();
  const input: WritingProcessInput = { logPath, warehouse: config, writer: CONFIG };
  let child: ChildProcess | null = null;
  try {
    for (let kills = 0; kills < 8; kills++) {
      child = await startWriterChild(input);
      const before = await logsCount(warehouse);
      await until('some rows', async () => (await logsCount(warehouse)) > before);
      await systemClock.sleep(37 * kills);
      await killChild(child);
    }
    child = await startWriterChild(input);
    await until('all rows', async () => (await logsCount(warehouse)) >= count);
    await systemClock.sleep(500);
    await expectExactly(warehouse, count);
  } finally {
    if (child !== null) await killChild(child);
  }
});

test('fault 16: kill -9 of the engine during inserts loses and doubles nothing, and the writer goes on by itself', async () => {
  const { warehouse } = newWarehouse();
  const cluster = newCluster();
  const count = 20_000;
  const writer = await startWriter(cluster.connect(), warehouse);
  await append(cluster.connect(), count);
  for (let kills = 0; kills < 4; kills++) {
    const before = await logsCount(warehouse);
    await until('some rows', async () => (await logsCount(warehouse)) > before);
    const { pid } = engine;
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await until('a new engine', () => engine.pid !== undefined && engine.pid !== pid);
  }
  await until('all rows', async () => (await logsCount(warehouse)) >= count);
  await systemClock.sleep(500);
  await expectExactly(warehouse, count);
  expect(cluster.records(DEAD_LETTER)).toEqual([]);
  await until('ready', () => writer.readiness().ready);
});

test('fault 18: inserts whose answer is lost after they were applied count once', async () => {
  const { warehouse } = newWarehouse();
  let lost = 0;
  const insertRange: Warehouse['insertRange'] = async (...given) => {
    await warehouse.insertRange(...given);
    if (lost++ < 6) throw new WarehouseError('retryable', null, 'insert: Timeout error.');
  };
  const cluster = newCluster();
  await startWriter(
    cluster.connect(),
    new Proxy(warehouse, {
      get: (target, name) => (name === 'insertRange' ? insertRange : Reflect.get(target, name).bind(target)),
    }),
  );
  await append(cluster.connect(), 2_000);
  await until('all rows', async () => (await logsCount(warehouse)) === 2_000);
  await until('everything acknowledged', () => lost >= 10);
  await expectExactly(warehouse, 2_000);
});

describe('fault 20: rows that ClickHouse refuses', () => {
  test.each([
    ['the raw table', 'http_logs_raw', "position(raw_json, 'poison') = 0"],
    ['the view', 'http_logs', 'src_port != 666'],
  ])('refused by %s: they become dead letters, the rest arrives once', async (_, table, check) => {
    const { warehouse, config } = newWarehouse();
    await warehouse.migrate({ dryRun: false });
    await statement(`ALTER TABLE ${config.database}.${table} ADD CONSTRAINT c CHECK ${check}`);
    const cluster = newCluster();
    await startWriter(cluster.connect(), warehouse);
    const poison = (n: number): string => (n % 400 === 123 ? `{"src_port":666,"poison":${n}}` : rowOf(n));
    await append(cluster.connect(), 2_000, 0, poison);
    await until('all rows', async () => (await logsCount(warehouse)) === 1_995);
    await until('all letters', () => cluster.records(DEAD_LETTER).length === 5);
    expect(await warehouse.doubles('raw', 5)).toEqual([]);
    expect(await warehouse.doubles('logs', 5)).toEqual([]);
    expect(cluster.records(DEAD_LETTER).every((letter) => String(letter.value).includes('poison'))).toBe(true);
  });
});

describe('fault 21: tables that are not as they should be', () => {
  test.each([
    [
      'a dropped column',
      'ALTER TABLE DB.http_logs DROP COLUMN ja4',
      'ALTER TABLE DB.http_logs ADD COLUMN ja4 String',
      'column ja4 of table http_logs is missing',
    ],
    [
      'a changed type',
      'ALTER TABLE DB.http_logs MODIFY COLUMN keepalives UInt64',
      'ALTER TABLE DB.http_logs MODIFY COLUMN keepalives UInt16',
      'column keepalives of table http_logs is UInt64, not UInt16',
    ],
    [
      'a missing table',
      'RENAME TABLE DB.http_logs TO DB.gone',
      'RENAME TABLE DB.gone TO DB.http_logs',
      'table http_logs is missing',
    ],
  ])('%s pauses, is named, and nothing is lost', async (_, breakIt, mendIt, message) => {
    const { warehouse, config } = newWarehouse();
    await warehouse.migrate({ dryRun: false });
    await statement(breakIt.replaceAll('DB', config.database));
    const cluster = newCluster();
    const writer = await startWriter(cluster.connect(), warehouse);
    await append(cluster.connect(), 1_000);
    await until('the problem', () => writer.readiness().detail.includes(message));
    expect(writer.readiness().ready).toBe(false);
    await statement(mendIt.replaceAll('DB', config.database));
    await until('all rows', async () => (await logsCount(warehouse)) === 1_000);
    await expectExactly(warehouse, 1_000);
    expect(cluster.records(DEAD_LETTER)).toEqual([]);
    await until('ready', () => writer.readiness().ready);
  });

  test('a column dropped at work is found within seconds, and everything arrives when it is back', async () => {
    const { warehouse, config } = newWarehouse();
    const cluster = newCluster();
    const writer = await startWriter(cluster.connect(), warehouse);
    await append(cluster.connect(), 500);
    await until('first rows', async () => (await logsCount(warehouse)) === 500);
    await statement(`ALTER TABLE ${config.database}.http_logs DROP COLUMN ja4`);
    await append(cluster.connect(), 500, 500);
    await until('the problem', () => writer.readiness().detail.includes('column ja4 of table http_logs is missing'));
    await statement(`ALTER TABLE ${config.database}.http_logs ADD COLUMN ja4 String`);
    await until('all rows', async () => (await logsCount(warehouse)) === 1_000);
    await expectExactly(warehouse, 1_000);
  });
});

test('fault 57: neither password nor payload is in log lines, metrics or readiness', async () => {
  const { warehouse, config } = newWarehouse();
  await warehouse.migrate({ dryRun: false });
  await statement(`ALTER TABLE ${config.database}.http_logs ADD CONSTRAINT c CHECK src_port != 666`);
  const cluster = newCluster();
  const metrics = new Registry();
  const writer = await startWriter(cluster.connect(), warehouse, metrics);
  await append(cluster.connect(), 20, 0, (n) => `{"src_port":${n === 7 ? 666 : 1},"path":"/planted-secret-${n}"}`);
  await until('the letter', () => cluster.records(DEAD_LETTER).length === 1);
  const shown = [...lines, await metrics.metrics(), JSON.stringify(writer.readiness())].join('\n');
  expect(shown).not.toContain('planted-secret');
  expect(shown).not.toContain(engine.password);
  const [letter] = cluster.records(DEAD_LETTER);
  expect(letter?.headers.map(({ value }) => String(value)).join('\n')).not.toContain('planted-secret');
});
