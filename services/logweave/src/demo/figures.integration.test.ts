import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRowEncoder, createWarehouse, type Warehouse } from '@logweave/warehouse';
import { type EmbeddedWarehouse, startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { systemClock } from '@logweave/service-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFigures, readOutcomes } from './figures.ts';

const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36';
const core = { timestamp: '2026-11-24T16:00:03Z', src_port: 5, correlated: true, orphan_side: '', a_timestamp: 7 };
const rows = [
  { ...core, src_ip: '192.0.2.1', b_timestamp: 8, ja4: 'python', header_user_agent: 'python-requests/2.34.2' },
  { ...core, src_ip: '192.0.2.2', b_timestamp: 8, ja4: 'python', header_user_agent: CHROME },
  { ...core, src_ip: '2001:db8::3', b_timestamp: 8, ja4: 'python', header_user_agent: CHROME },
  { ...core, src_ip: '192.0.2.4', b_timestamp: 8, ja4: 'chrome', header_user_agent: CHROME },
  { ...core, src_ip: '192.0.2.5', b_timestamp: 8, ja4: 'chrome' },
  { ...core, src_ip: '192.0.2.6', b_timestamp: 8, header_user_agent: 'curl/7.88.1' },
  { ...core, src_ip: '192.0.2.7', correlated: false, orphan_side: 'A', orphan_reason: 'no_partner' },
];

let dataDir: string;
let engine: EmbeddedWarehouse;
let warehouse: Warehouse;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'logweave-figures-'));
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  engine = await startEmbeddedWarehouse({ dataDir, memoryBytes: 1_000_000_000, clock: systemClock, log: quiet });
  const { url, user, password } = engine;
  warehouse = createWarehouse({
    url,
    user,
    password,
    database: 'default',
    rawTable: 'http_logs_raw',
    requestTimeoutMs: 30_000,
  });
  await warehouse.migrate({ dryRun: false });
  const encoder = createRowEncoder('correlated', 'logweave.correlated', 0);
  rows.forEach((row, offset) => {
    const value = Buffer.from(JSON.stringify(row));
    encoder.add({ key: null, value, headers: [], offset, timestampMs: 1_795_536_003_000 });
  });
  const range = { topic: 'logweave.correlated', partition: 0, firstOffset: 0, lastOffset: rows.length - 1 };
  await warehouse.insertRange({ ...range, stream: 'correlated', rows: encoder.take() });
});

afterAll(async () => {
  await warehouse?.close();
  await engine?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

it('clients that claim to be a browser and show the fingerprint of a tool are found, and nobody else', async () => {
  const { contradictions } = await readFigures(warehouse);
  expect(contradictions).toEqual([
    { userAgent: CHROME, ja4: 'python', tool: 'python-requests/2.34.2', rows: 2, clients: 2 },
  ]);
});

it('rows are counted, and the fingerprints and user agents that came most', async () => {
  const figures = await readFigures(warehouse);
  expect(figures.counts).toEqual({ raw: 7, logs: 7, correlated: 6, orphansA: 1, orphansB: 0 });
  expect(figures.orphans).toEqual([{ side: 'A', reason: 'no_partner', rows: 1 }]);
  expect(figures.topJa4).toEqual([
    { value: 'python', rows: 3 },
    { value: 'chrome', rows: 2 },
  ]);
  expect(figures.topUserAgents[0]).toEqual({ value: CHROME, rows: 3 });
  expect(figures.latencyMs.p99).toBeGreaterThan(0);
});

it('each row says which events it is made of', async () => {
  const outcomes = await readOutcomes(warehouse);
  expect(outcomes).toHaveLength(7);
  expect(outcomes).toContain('2001:db8::3 5 7 8');
  expect(outcomes).toContain('192.0.2.7 5 7 -');
});
