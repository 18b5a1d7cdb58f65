import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedWarehouse, startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import fc from 'fast-check';
import { systemClock } from '@logweave/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRowEncoder, createWarehouse, type Warehouse, type WarehouseConfig } from './index.ts';
import { HARD, ODD_EXTRAS, oddObject, SAMPLE } from './testing/odd-records.ts';

const lines: string[] = [];
const record = (fields: object, event: string): void => {
  lines.push(JSON.stringify({ event, ...fields }));
};
const log = { info: record, warn: record, error: record };

let dataDir: string;
let engine: EmbeddedWarehouse;
let warehouse: Warehouse;
const opened: Warehouse[] = [];

function open(options: Partial<WarehouseConfig> = {}): Warehouse {
  const made = createWarehouse({
    url: engine.url,
    user: engine.user,
    password: engine.password,
    database: 'default',
    rawTable: 'http_logs_raw',
    requestTimeoutMs: 30_000,
    ...options,
  });
  opened.push(made);
  return made;
}

const TOPIC = 'logweave.correlated';
const ARRIVED_AT_MS = 1_704_110_400_123;

/** Inserts the texts as one range beginning at an offset. */
async function insert(
  into: Warehouse,
  partition: number,
  firstOffset: number,
  texts: readonly (string | Uint8Array)[],
): Promise<void> {
  const encoder = createRowEncoder('correlated', TOPIC, partition);
  texts.forEach((text, i) =>
    encoder.add({
      key: null,
      value: Buffer.from(text as string),
      headers: [],
      offset: firstOffset + i,
      timestampMs: ARRIVED_AT_MS,
    }),
  );
  const range = { topic: TOPIC, partition, firstOffset, lastOffset: firstOffset + texts.length - 1 };
  await into.insertRange({ ...range, stream: 'correlated', rows: encoder.take() });
}

function rowsOf(partition: number, columns: string): Promise<readonly Record<string, unknown>[]> {
  return warehouse.select(`SELECT ${columns} FROM http_logs WHERE _partition = {p:UInt32} ORDER BY _offset`, {
    p: partition,
  });
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'logweave-warehouse-'));
  engine = await startEmbeddedWarehouse({ dataDir, memoryBytes: 1_500_000_000, clock: systemClock, log });
  warehouse = open();
});

afterAll(async () => {
  await Promise.all(opened.map((made) => made.close()));
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('migrations', () => {
  test('a dry run says what it would do and does nothing', async () => {
    const own = open({ database: 'dry' });
    const result = await own.migrate({ dryRun: true });
    expect(result.dryRun).toBe(true);
    expect(result.steps.map((step) => step.version)).toEqual([1, 2, 3]);
    expect(result.steps[0]?.statements.join('\n')).toContain('CREATE MATERIALIZED VIEW');
    expect(await warehouse.select("SELECT name FROM system.databases WHERE name = 'dry'")).toEqual([]);
  });

  test('run twice, the second does nothing, and the schema is as expected', async () => {
    expect((await warehouse.migrate({ dryRun: false })).steps.length).toBe(3);
    expect(await warehouse.migrate({ dryRun: false })).toEqual({ alreadyApplied: [1, 2, 3], steps: [], dryRun: false });
    expect(await warehouse.schemaProblems()).toEqual([]);
  });

  test('a database and a raw table of other names get the same', async () => {
    const own = open({ database: 'elsewhere', rawTable: 'correlated_logs_http_network' });
    await own.migrate({ dryRun: false });
    expect(await own.schemaProblems()).toEqual([]);
    await insert(own, 0, 0, ['{"src_ip":"192.0.2.1"}']);
    expect(await own.counts()).toMatchObject({ raw: 1, logs: 1 });
  });

  test('tables of version 1 get the new column and the new view, and keep their rows', async () => {
    const own = open({ database: 'older' });
    await own.migrate({ dryRun: false });
    await query('DROP VIEW older.http_logs_raw_to_http_logs');
    await query('ALTER TABLE older.http_logs_raw DROP COLUMN extra_json');
    await query(`CREATE MATERIALIZED VIEW older.http_logs_raw_to_http_logs TO older.http_logs AS
      SELECT raw_json, _topic, _partition, _offset, _arrived_at FROM older.http_logs_raw`);
    await query('ALTER TABLE older.logweave_migrations DELETE WHERE version = 2 SETTINGS mutations_sync = 1');
    await query(`INSERT INTO older.http_logs_raw (raw_json) VALUES ('{"a":1}')`);
    expect((await own.schemaProblems()).map((problem) => problem.message)).toEqual([
      'column extra_json of table http_logs_raw is missing',
    ]);
    expect((await own.migrate({ dryRun: false })).steps.map((step) => step.version)).toEqual([2]);
    expect(await own.schemaProblems()).toEqual([]);
    await insert(own, 0, 1, ['{"src_port":1,"a":2}']);
    const rows = await own.select('SELECT toString(extra) AS extra FROM http_logs ORDER BY _offset');
    expect(rows).toEqual([{ extra: '{"a":"1"}' }, { extra: '{"a":"2"}' }]);
    const [view] = await own.select<{ sql: string }>(
      "SELECT as_select AS sql FROM system.tables WHERE database = 'older' AND name = 'http_logs_raw_to_http_logs'",
    );
    expect(view?.sql).toContain('extra_json');
  });

  test('a newer schema is refused', async () => {
    const own = open({ database: 'newer' });
    await own.migrate({ dryRun: false });
    await query(
      "INSERT INTO newer.logweave_migrations (raw_table, version, name, checksum) VALUES ('http_logs_raw', 99, 'x', '')",
    );
    await expect(own.migrate({ dryRun: true })).rejects.toThrow(/schema version 99; this program knows up to 3/);
  });

  test('fault 21: a missing table, column or view and a changed type are named', async () => {
    const own = open({ database: 'broken' });
    expect((await own.schemaProblems()).map((problem) => problem.message)).toEqual([
      'table http_logs_raw is missing',
      'table http_logs is missing',
      'materialised view http_logs_raw_to_http_logs is missing',
      'table raw_logs is missing',
      'table udm_events is missing',
    ]);
    await own.migrate({ dryRun: false });
    await query('DROP VIEW broken.http_logs_raw_to_http_logs');
    await query('ALTER TABLE broken.http_logs DROP COLUMN ja4');
    await query('ALTER TABLE broken.http_logs MODIFY COLUMN keepalives UInt64');
    expect((await own.schemaProblems()).map((problem) => problem.message)).toEqual([
      'column keepalives of table http_logs is UInt64, not UInt16',
      'column ja4 of table http_logs is missing',
      'materialised view http_logs_raw_to_http_logs is missing',
    ]);
  });
});

describe('rows', () => {
  test('every column of a full record is filled', async () => {
    await insert(warehouse, 1, 10, [SAMPLE]);
    const [row] = await rowsOf(1, '* EXCEPT (_inserted_at, extra), toString(extra) AS extra');
    expect(row).toEqual({
      raw_json: SAMPLE,
      time_str: '',
      timestamp_str: '2024-01-01T12:00:00.000000001Z',
      time: '2024-01-01 12:00:00',
      log_date: '2024-01-01',
      src_ip: '192.0.2.7',
      src_ip6: '::ffff:192.0.2.7',
      dst_ip: '198.51.100.1',
      dst_ip6: '::ffff:198.51.100.1',
      src_port: 50123,
      dst_port: 443,
      correlated: 1,
      keepalives: 2,
      method: 'GET',
      scheme: 'https',
      host: 'h',
      path: '/api',
      query: 'q=1',
      http_version: 'HTTP/2.0',
      orphan_side: '',
      orphan_reason: '',
      orphan_nearest_ms: null,
      a_timestamp: '1704110400000000001',
      b_timestamp: '1704110399990000000',
      conn_id: 'c',
      ip_meta_df: 1,
      ip_meta_id: 7,
      ip_meta_total_length: 60,
      ip_meta_ttl: 64,
      tcp_meta_options: 'MSS',
      tcp_meta_window_size: 64240,
      syn_to_clienthello_ms: -1,
      tls_version: '1.3',
      tls_sni: 'h',
      ja3: '771',
      ja3_hash: 'aa',
      ja4: 't13d1516h2_8daaf6152771_02713d6af862',
      extra: '{"a_size":1,"header_user_agent":"curl\\/8"}',
      _topic: TOPIC,
      _partition: 1,
      _offset: '10',
      _arrived_at: '2024-01-01 12:00:00.123',
    });
  });

  test('no row is refused, however hard it is', async () => {
    const texts = HARD.map(([text]) => text);
    await insert(warehouse, 2, 0, texts);
    const columns = [...new Set(HARD.flatMap(([, wanted]) => Object.keys(wanted)))].filter((name) => name !== 'extra');
    const rows = await rowsOf(2, `${columns.join(', ')}, toString(extra) AS extra, hex(raw_json) AS raw_hex`);
    expect(rows.length).toBe(HARD.length);
    HARD.forEach(([text, wanted], i) => {
      expect(rows[i], `row ${i}`).toMatchObject(wanted);
      expect(rows[i]?.['raw_hex']).toBe(
        Buffer.from(text as string)
          .toString('hex')
          .toUpperCase(),
      );
    });
  });

  test('the defaults of the table give what the view gives', async () => {
    await query(`INSERT INTO http_logs (raw_json, _topic, _partition, _offset, _arrived_at)
      SELECT raw_json, _topic, 3, _offset, _arrived_at FROM http_logs_raw WHERE _partition IN (1)`);
    const columns = '* EXCEPT (_partition, _inserted_at, extra), toString(extra) AS extra';
    expect(await rowsOf(3, columns)).toEqual(await rowsOf(1, columns));
  });

  test('the JSON of the rest of the fields gives the same rows as the whole record', async () => {
    const drawn = fc.sample(oddObject, { numRuns: 1_000, seed: 7 });
    const texts = [...HARD.map(([text]) => text), ...ODD_EXTRAS, SAMPLE, ...drawn];
    await insert(warehouse, 7, 0, texts);
    await query(`INSERT INTO http_logs_raw (raw_json, _topic, _partition, _offset, _arrived_at)
      SELECT raw_json, _topic, 8, _offset, _arrived_at FROM http_logs_raw WHERE _partition = 7
      ORDER BY _offset SETTINGS type_json_skip_duplicated_paths = 1`);
    const known = await warehouse.select<{ n: string }>(
      "SELECT count() AS n FROM http_logs_raw WHERE _partition = 7 AND extra_json != ''",
    );
    expect(Number(known[0]?.n)).toBeGreaterThan(texts.length / 2);
    const columns =
      '* EXCEPT (_partition, _inserted_at, extra), toString(extra) AS extra, JSONAllPathsWithTypes(http_logs.extra) AS types';
    const [withRest, without] = [await rowsOf(7, columns), await rowsOf(8, columns)];
    expect(withRest.length).toBe(texts.length);
    expect(without.length).toBe(texts.length);
    withRest.forEach((row, i) => expect(row, String(texts[i]).slice(0, 200)).toEqual(without[i]));
  });

  test('fault 28: events of hundreds of months go in as one batch', async () => {
    const texts = Array.from(
      { length: 300 },
      (_, i) => `{"timestamp":"${1971 + Math.floor(i / 12)}-0${1 + (i % 9)}-01T00:00:00Z"}`,
    );
    await insert(warehouse, 4, 0, texts);
    expect((await rowsOf(4, '1')).length).toBe(300);
  });

  test('any bytes come back as they went in', async () => {
    let offset = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 20 }), async (values) => {
        await insert(warehouse, 5, offset, values);
        const rows = await warehouse.select<{ h: string }>(
          'SELECT hex(raw_json) AS h FROM http_logs_raw WHERE _partition = 5 AND _offset >= {o:UInt64} ORDER BY _offset',
          { o: offset },
        );
        offset += values.length;
        expect(rows.map((row) => row.h)).toEqual(
          values.map((value) => Buffer.from(value).toString('hex').toUpperCase()),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('replays', () => {
  test('the same range again changes nothing in either table, whatever it holds', async () => {
    const before = await warehouse.counts();
    await insert(warehouse, 6, 0, ['{"src_port":1}', '{"src_port":2}']);
    await insert(warehouse, 6, 0, ['{"src_port":1}', '{"src_port":2}']);
    await insert(warehouse, 6, 0, ['{"src_port":3}', '{"src_port":4}']);
    await insert(warehouse, 6, 2, ['{"src_port":1}', '{"src_port":2}']);
    const after = await warehouse.counts();
    expect({ raw: after.raw - before.raw, logs: after.logs - before.logs }).toEqual({ raw: 4, logs: 4 });
    expect(await warehouse.doubles('logs', 10)).toEqual([]);
  });

  test('fault 6: a double shows in the check query', async () => {
    const own = open({ database: 'doubled' });
    await own.migrate({ dryRun: false });
    for (const raw of ['{}', '{}', '{ }']) {
      // The same block twice is dropped even without a token; a third of other content is not.
      await query(
        `INSERT INTO doubled.http_logs_raw (raw_json, _topic, _partition, _offset) VALUES ('${raw}', 'twice', 0, 5)`,
      );
    }
    const double = { topic: 'twice', partition: 0, offset: 5, rows: 2 };
    expect(await own.doubles('raw', 10)).toEqual([double]);
    expect(await own.doubles('logs', 10)).toEqual([double]);
  });

  test('a range that the view failed on is healed by the same range again', async () => {
    const own = open({ database: 'healing' });
    await own.migrate({ dryRun: false });
    await query('ALTER TABLE healing.http_logs ADD CONSTRAINT c CHECK src_port != 666');
    await expect(insert(own, 0, 0, ['{"src_port":1}', '{"src_port":666}'])).rejects.toMatchObject({
      kind: 'row',
      code: 469,
    });
    expect(await own.counts()).toMatchObject({ raw: 2, logs: 0 });
    expect(await own.countRange('raw', { topic: TOPIC, partition: 0, firstOffset: 0, lastOffset: 1 })).toBe(2);
    await query('ALTER TABLE healing.http_logs DROP CONSTRAINT c');
    await insert(own, 0, 0, ['{"src_port":1}', '{"src_port":666}']);
    await insert(own, 0, 0, ['{"src_port":1}', '{"src_port":666}']);
    expect(await own.counts()).toMatchObject({ raw: 2, logs: 2 });
  });

  test('a part of such a range can be filled from the raw table, once', async () => {
    const own = open({ database: 'from_raw' });
    await own.migrate({ dryRun: false });
    await query('ALTER TABLE from_raw.http_logs ADD CONSTRAINT c CHECK src_port != 666');
    await expect(insert(own, 0, 0, ['{"src_port":1}', '{"src_port":666}', '{"src_port":3}'])).rejects.toThrow();
    const part = { topic: TOPIC, partition: 0, firstOffset: 2, lastOffset: 2 };
    await own.insertFromRaw(part);
    await own.insertFromRaw(part);
    await expect(own.insertFromRaw({ ...part, firstOffset: 1, lastOffset: 1 })).rejects.toMatchObject({ kind: 'row' });
    expect(await own.counts()).toMatchObject({ raw: 3, logs: 1 });
    expect((await own.missingFromLogs(10)).map((row) => row.offset)).toEqual([0, 1]);
  });
});

test('the queries of the demo answer', async () => {
  const own = open({ database: 'demo' });
  await own.migrate({ dryRun: false });
  const orphan =
    '{"src_port":1,"correlated":false,"orphan_side":"A","orphan_reason":"no_partner","header_user_agent":"curl/8"}';
  await insert(own, 0, 0, [SAMPLE, SAMPLE, orphan, '{"orphan_side":"B","orphan_reason":"late"}']);
  expect(await own.counts()).toEqual({ raw: 4, logs: 4, correlated: 2, orphansA: 1, orphansB: 1 });
  expect(await own.topJa4(5)).toEqual([{ value: 't13d1516h2_8daaf6152771_02713d6af862', rows: 2 }]);
  expect(await own.topUserAgents(5)).toEqual([{ value: 'curl/8', rows: 3 }]);
  expect(await own.orphans()).toEqual([
    { side: 'A', reason: 'no_partner', rows: 1 },
    { side: 'B', reason: 'late', rows: 1 },
  ]);
});

describe('errors', () => {
  test('nobody there is retryable and says so', async () => {
    const nowhere = open({ url: 'http://127.0.0.1:9', requestTimeoutMs: 1_000 });
    await expect(nowhere.ping()).rejects.toMatchObject({
      kind: 'retryable',
      code: null,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('no answer in time is retryable, and nobody knows what became of it', async () => {
    const impatient = open({ requestTimeoutMs: 50 });
    const slow = impatient.select('SELECT sleep(1)');
    await expect(slow).rejects.toMatchObject({
      kind: 'retryable',
      code: null,
      message: expect.stringContaining('Timeout'),
    });
  });

  test('fault 57: a wrong password is retryable and said nowhere; a file with the right one is read anew', async () => {
    const file = join(dataDir, '..', `${process.pid}.password`);
    await writeFile(file, 'planted-secret\n');
    const own = open({ password: 'other-planted-secret', passwordFile: file });
    const error: unknown = await own.ping().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'retryable', code: 516 });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + lines.join('')).not.toContain('planted-secret');
    await writeFile(file, `${engine.password}\n`);
    await own.ping();
    await rm(file);
  });

  test('the row that ClickHouse stumbles over is not in the message', async () => {
    const rows = Buffer.from('\x7fa planted piece of data');
    const failed = warehouse.insertRange({
      stream: 'correlated',
      topic: 't',
      partition: 0,
      firstOffset: 1,
      lastOffset: 1,
      rows,
    });
    const error: unknown = await failed.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'row' });
    expect(String(error)).not.toContain('planted piece');
  });
});

/** A statement by hand, as an administrator would run it. */
async function query(sql: string): Promise<void> {
  const headers = { 'X-ClickHouse-User': engine.user, 'X-ClickHouse-Key': engine.password };
  const answer = await fetch(engine.url, { method: 'POST', body: sql, headers });
  if (!answer.ok) throw new Error(await answer.text());
}
