import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatRfc3339, HEADERS } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { type EmbeddedWarehouse, startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRowEncoder, createWarehouse, type SourceRecord, type Stream, type Warehouse } from './index.ts';
import { INSERTED_AT } from './table.ts';
import { RAW_LOGS, UDM_EVENTS } from './testing/index.ts';

const PAGE = readFileSync(new URL('../../../docs/warehouse-tables.md', import.meta.url), 'utf8');
const QUERIES = [...PAGE.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql ?? '');

let dataDir: string;
let engine: EmbeddedWarehouse;
let warehouse: Warehouse;

async function insert(stream: Stream, given: readonly (Partial<SourceRecord> & Pick<SourceRecord, 'value'>)[]) {
  const range = { topic: `logweave.${stream}`, partition: 0, firstOffset: 0, lastOffset: given.length - 1 };
  const encoder = createRowEncoder(stream, range.topic, 0);
  const timestampMs = systemClock.wallMs();
  given.forEach((each, offset) => encoder.add({ key: null, headers: [], timestampMs, ...each, offset }));
  await warehouse.insertRange({ ...range, stream, rows: encoder.take() });
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'logweave-tables-'));
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  engine = await startEmbeddedWarehouse({ dataDir, memoryBytes: 1_500_000_000, clock: systemClock, log });
  const { url, user, password } = engine;
  warehouse = createWarehouse({
    url,
    user,
    password,
    database: 'tables',
    rawTable: 'http_logs_raw',
    requestTimeoutMs: 30_000,
  });
  await warehouse.migrate({ dryRun: false });
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('the page names every column with its type', () => {
  for (const { name, type } of [...RAW_LOGS.columns, ...UDM_EVENTS.columns, INSERTED_AT]) {
    const line = PAGE.split('\n').find((each) => each.split('|')[1]?.includes(`\`${name}\``));
    expect(line, name).toContain(`\`${type}\``);
  }
});

test('the queries of the page find what they say', async () => {
  const nowMs = systemClock.wallMs();
  const source = (offset: number) => [
    { name: HEADERS.sourceTopic, value: Buffer.from('logweave.raw') },
    { name: HEADERS.sourceOffset, value: Buffer.from(String(offset)) },
  ];
  const event = (offset: number, eventType: string, more: object) => ({
    value: Buffer.from(
      JSON.stringify({ metadata: { eventTimestamp: formatRfc3339(nowMs - 1_000 * offset, 0), eventType }, ...more }),
    ),
    headers: source(offset),
  });
  const failure = {
    principal: { ip: ['203.0.113.77'] },
    target: { user: { userid: 'alice' } },
    securityResult: [{ action: ['BLOCK'] }],
  };
  await insert('raw', [
    { value: Buffer.from('log 0') },
    { value: Buffer.from('log 1') },
    { value: Buffer.from('log 2') },
  ]);
  await insert('udm', [
    event(0, 'USER_LOGIN', failure),
    event(1, 'USER_LOGIN', { ...failure, principal: { ip: ['192.0.2.1'] } }),
    event(2, 'FILE_CREATION', { target: { file: { sha256: 'AB'.repeat(32) } } }),
  ]);
  expect(QUERIES.length).toBe(4);
  const [byAddress, byUser, byFile, places] = await Promise.all(QUERIES.map((sql) => warehouse.select(sql)));
  expect(byAddress).toMatchObject([{ event_type: 'USER_LOGIN', principal_ip: ['203.0.113.77'], action: ['BLOCK'] }]);
  expect(byUser).toMatchObject([{ user: 'alice', failures: '2' }]);
  expect(byFile).toMatchObject([{ raw: 'log 2' }]);
  expect(places).toEqual([
    { _topic: 'logweave.udm', _partition: 0, rows: '3', offsets: '3', first: '0', last: '2', gaps: '0' },
  ]);
});
