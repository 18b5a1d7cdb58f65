import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatRfc3339, HEADERS } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { type EmbeddedWarehouse, startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRowEncoder, createWarehouse, type SourceRecord, type Stream, type Warehouse } from './index.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const NOW_MS = Date.UTC(2024, 0, 10, 12);

let dataDir: string;
let engine: EmbeddedWarehouse;
let warehouse: Warehouse;
const opened: Warehouse[] = [];

async function open(database: string): Promise<Warehouse> {
  const { url, user, password } = engine;
  const made = createWarehouse({ url, user, password, database, rawTable: 'http_logs_raw', requestTimeoutMs: 30_000 });
  opened.push(made);
  await made.migrate({ dryRun: false });
  return made;
}

type Given = Pick<SourceRecord, 'value'> & Partial<SourceRecord>;

/** Inserts records as one range that begins at an offset; none of them may be refused. */
async function insert(
  into: Warehouse,
  stream: Stream,
  partition: number,
  firstOffset: number,
  given: readonly Given[],
) {
  const topic = `logweave.${stream}`;
  const encoder = createRowEncoder(stream, topic, partition);
  for (const [i, each] of given.entries()) {
    const record = { key: null, headers: [], timestampMs: NOW_MS, ...each, offset: firstOffset + i };
    expect(encoder.add(record)).toBeNull();
  }
  const range = { topic, partition, firstOffset, lastOffset: firstOffset + given.length - 1 };
  await into.insertRange({ ...range, stream, rows: encoder.take() });
}

const header = (name: string, value: string | Uint8Array) => ({ name, value: Buffer.from(value as string) });
const eventAt = (ms: number, more: object = {}): Given => ({
  value: Buffer.from(
    JSON.stringify({ metadata: { eventTimestamp: formatRfc3339(ms, 1), eventType: 'NETWORK_HTTP' }, ...more }),
  ),
});

/** A statement by hand, as an administrator would run it. */
async function query(sql: string): Promise<void> {
  const headers = { 'X-ClickHouse-User': engine.user, 'X-ClickHouse-Key': engine.password };
  const answer = await fetch(engine.url, { method: 'POST', body: sql, headers });
  if (!answer.ok) throw new Error(await answer.text());
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'logweave-event-tables-'));
  engine = await startEmbeddedWarehouse({ dataDir, memoryBytes: 1_500_000_000, clock: systemClock, log });
  warehouse = await open('events');
});

afterAll(async () => {
  await Promise.all(opened.map((made) => made.close()));
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('an installation of version 2 gets the tables, and keeps what it has', async () => {
  const own = await open('older');
  await query('DROP TABLE older.raw_logs');
  await query('DROP TABLE older.udm_events');
  await query('ALTER TABLE older.logweave_migrations DELETE WHERE version = 3 SETTINGS mutations_sync = 1');
  await insert(own, 'correlated', 0, 0, [{ value: Buffer.from('{"src_port":1}') }]);
  expect((await own.schemaProblems('udm')).map(({ message }) => message)).toEqual(['table udm_events is missing']);
  expect(await own.schemaProblems('correlated')).toEqual([]);
  expect((await own.migrate({ dryRun: false })).steps.map(({ version }) => version)).toEqual([3]);
  expect(await own.schemaProblems()).toEqual([]);
  expect(await own.counts()).toMatchObject({ raw: 1, logs: 1 });
});

describe('raw logs', () => {
  test('any bytes come back as they went in, in the log, the key and the headers', async () => {
    const bytes = fc.uint8Array({ maxLength: 100 });
    const labels = fc.dictionary(fc.string(), fc.string());
    let offset = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(bytes, bytes, bytes, labels), { minLength: 1 }), async (given) => {
        const headers = (logType: Uint8Array, of: object) => [
          header(HEADERS.logType, logType),
          header(HEADERS.labels, JSON.stringify(of)),
          header(HEADERS.collectionTime, '2024-01-09T23:59:59.123456789Z'),
        ];
        const records = given.map(([value, key, logType, of]) => ({ value, key, headers: headers(logType, of) }));
        await insert(warehouse, 'raw', 0, offset, records);
        const rows = await warehouse.select(
          `SELECT hex(raw) AS raw, hex(key) AS key, hex(log_type) AS log_type, labels, toString(collection_time) AS time
          FROM raw_logs WHERE _partition = 0 AND _offset >= {offset:UInt64} ORDER BY _offset`,
          { offset },
        );
        offset += given.length;
        const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex').toUpperCase();
        expect(rows).toEqual(
          given.map(([value, key, logType, of]) => ({
            raw: hex(value),
            key: hex(key),
            log_type: hex(logType),
            labels: { ...of },
            time: '2024-01-09 23:59:59.123456789',
          })),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('events', () => {
  test('a row has its values in the types of its columns', async () => {
    const noun = { ip: ['192.0.2.1'], hostname: 'Host', user: { userid: 'U', emailAddresses: ['e@x'] } };
    const results = [{ action: ['ALLOW', 'BLOCK'], severity: 'HIGH' }];
    const event = eventAt(NOW_MS, { principal: noun, target: { file: { md5: 'AB' } }, securityResult: results });
    await insert(warehouse, 'udm', 1, 5, [{ ...event, headers: [header(HEADERS.sourceOffset, '9007199254740')] }]);
    const [row] = await warehouse.select(
      `SELECT toString(event_timestamp) AS time, event_type, principal_ip, principal_hostname, principal_user, action,
      severity, ips, hosts, users, hashes, event_json, source_offset, _topic, _partition, _offset, _arrived_at
      FROM udm_events WHERE _partition = 1`,
    );
    expect(row).toEqual({
      time: '2024-01-10 12:00:00.000000001',
      event_type: 'NETWORK_HTTP',
      principal_ip: ['192.0.2.1'],
      principal_hostname: 'Host',
      principal_user: ['U', 'e@x'],
      action: ['ALLOW', 'BLOCK'],
      severity: 'HIGH',
      ips: ['192.0.2.1'],
      hosts: ['host'],
      users: ['u', 'e@x'],
      hashes: ['ab'],
      event_json: String(event.value),
      source_offset: '9007199254740',
      _topic: 'logweave.udm',
      _partition: 1,
      _offset: '5',
      _arrived_at: '2024-01-10 12:00:00.000',
    });
  });

  test('fault 28: times from 1970 to 2100 reach few partitions, and go in once however often they are sent', async () => {
    const own = await open('times');
    const stepMs = (Date.UTC(2100, 0) - 60_000) / 2_000;
    const events = Array.from({ length: 4_000 }, (_, i) =>
      eventAt(i < 2_000 ? Math.floor(i * stepMs) : NOW_MS - (i - 2_000) * 3_600_000),
    );
    for (let times = 0; times < 3; times++) await insert(own, 'udm', 0, 0, events);
    const [found] = await own.select<{ n: number; partitions: number; years: number }>(
      `SELECT toFloat64(count()) AS n, toFloat64(uniqExact(_partition_id)) AS partitions,
      toFloat64(uniqExact(toYear(event_timestamp))) AS years FROM udm_events`,
    );
    expect(found).toMatchObject({ n: 4_000, years: 130 });
    expect(found?.partitions).toBeGreaterThan(31);
    expect(found?.partitions).toBeLessThanOrEqual(46);
    expect(await own.doubles('udmEvents', 5)).toEqual([]);
    expect(await own.places('udmEvents')).toEqual([
      {
        topic: 'logweave.udm',
        partition: 0,
        rows: 4_000,
        offsets: 4_000,
        firstOffset: 0,
        lastOffset: 3_999,
        gaps: 0,
      },
    ]);
  });

  test('a double and a gap show in the check queries', async () => {
    const own = await open('doubled');
    await insert(own, 'udm', 0, 0, [eventAt(NOW_MS), eventAt(NOW_MS)]);
    await insert(own, 'udm', 0, 1, [eventAt(NOW_MS)]);
    await insert(own, 'udm', 0, 5, [eventAt(NOW_MS)]);
    expect(await own.doubles('udmEvents', 5)).toEqual([{ topic: 'logweave.udm', partition: 0, offset: 1, rows: 2 }]);
    expect(await own.places('udmEvents')).toMatchObject([
      { rows: 4, offsets: 3, firstOffset: 0, lastOffset: 5, gaps: 3 },
    ]);
  });

  test.each([
    ['ips', "has(ips, '203.0.113.77')"],
    ['hosts', "has(hosts, 'needle.example.com')"],
    ['users', "hasAny(users, ['needle', 'other'])"],
    ['hashes', `has(hashes, '${'ab'.repeat(32)}')`],
  ])('a search in %s reads the parts that its index leaves, and finds the event', async (column, condition) => {
    const own = await open('searched');
    const needle = {
      principal: { ip: ['203.0.113.77'], hostname: 'Needle.example.com', user: { userid: 'Needle' } },
      target: { file: { sha256: 'AB'.repeat(32) } },
    };
    const [there] = await own.places('udmEvents');
    if (there === undefined) {
      await query('SYSTEM STOP MERGES searched.udm_events');
      for (let part = 0; part < 4; part++) {
        const common = { principal: { ip: ['192.0.2.1'], hostname: 'common', user: { userid: 'u' } } };
        const events = Array.from({ length: 1_000 }, (_, i) =>
          eventAt(NOW_MS - i, part === 2 && i === 500 ? needle : common),
        );
        await insert(own, 'udm', 0, part * 1_000, events);
      }
    }
    expect(await own.select(`SELECT _offset FROM udm_events WHERE ${condition}`)).toEqual([{ _offset: '2500' }]);
    const plan = await own.select<{ explain: string }>(
      `EXPLAIN indexes = 1 SELECT _offset FROM udm_events WHERE ${condition}`,
    );
    const lines = plan.map(({ explain }) => explain.trim());
    const used = lines.slice(lines.indexOf(`Name: ${column}_bloom`));
    expect(
      used.find((line) => line.startsWith('Parts:')),
      lines.join('\n'),
    ).toBe('Parts: 1/4');
  });

  test('a day and a type are found by partition and key', async () => {
    const own = await open('days');
    for (let day = 0; day < 4; day++) {
      await insert(
        own,
        'udm',
        0,
        day * 10,
        Array.from({ length: 10 }, () => eventAt(NOW_MS - day * 86_400_000)),
      );
    }
    const plan = await own.select<{ explain: string }>(
      `EXPLAIN indexes = 1 SELECT _offset FROM udm_events
      WHERE event_type = 'NETWORK_HTTP' AND event_timestamp >= '2024-01-09 00:00:00' AND event_timestamp < '2024-01-10 00:00:00'`,
    );
    expect(plan.map(({ explain }) => explain.trim())).toContain('Parts: 1/4');
  });
});
