/**
 * What the way into ClickHouse costs: the embedded engine behind its HTTP protocol, the real client, tokens, fsync, both
 * tables. CPU is that of the engine's process. `node --conditions=@logweave/source bench/warehouse.bench.ts [ROWS] [RUNS]`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@logweave/service-kit';
import { createRowEncoder, createWarehouse, type SourceRecord, type Warehouse } from '@logweave/warehouse';
import { type EmbeddedWarehouse, startEmbeddedWarehouse } from '@logweave/warehouse-embedded';

const rows = Number(process.argv[2] ?? 60_000);
const runs = Number(process.argv[3] ?? 3);

// Linux counts a process's time in hundredths of a second.
const TICK_MICROS = 10_000;
const TOPIC = 'logweave.correlated';
const records = Array.from({ length: rows }, (_, i) => Buffer.from(recordOf(i)));

/** A result record of two real sources' fields, about 1.1 kB; nine of ten joined. */
function recordOf(i: number): string {
  const ms = 1_704_110_400_000 + i;
  const hex = (n: number, length: number): string =>
    ((n * 2_654_435_761) >>> 0).toString(16).padStart(8, '0').repeat(4).slice(0, length);
  const joined = i % 10 !== 0;
  const agents = [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36',
    'curl/8.5.0',
    'python-requests/2.31.0',
  ];
  const head = `{"timestamp":"${new Date(ms).toISOString()}","src_ip":"192.0.${(i >> 8) & 255}.${i & 255}","src_port":${1024 + (i % 60_000)},"dst_ip":"198.51.100.1","dst_port":443,"correlated":${joined},"orphan_side":"${joined ? '' : 'A'}",${joined ? '' : '"orphan_reason":"no_partner",'}"a_timestamp":${ms}000000,${joined ? `"b_timestamp":${ms - 3}000000,` : ''}`;
  const http = `"method":"GET","scheme":"https","host":"shop.example.com","path":"/api/v1/items/${i}","query":"q=${hex(i, 8)}","http_version":"HTTP/2.0","status":200,"bytes":${i % 50_000},"header_user_agent":"${agents[i % 3]}","header_accept":"*/*","header_accept_language":"en-US,en;q=0.9","header_x_request_id":"${hex(i, 32)}"`;
  if (!joined) return `${head}${http}}`;
  return `${head}${http},"conn_id":"${hex(i, 16)}","ip_meta_df":true,"ip_meta_id":${i % 65_536},"ip_meta_total_length":60,"ip_meta_ttl":64,"tcp_meta_options":"MSS,SACK,TS,NOP,WS","tcp_meta_window_size":64240,"syn_to_clienthello_ms":${i % 50},"tls_version":"1.3","tls_sni":"shop.example.com","ja3":"771,4865-4866-4867-49195-49199,0-23-65281-10-11-35-16-5-13-18-51-45-43-27-17513,29-23-24,0","ja3_hash":"${hex(i, 32)}","ja4":"t13d1516h2_8daaf6152771_${hex(i % 500, 12)}"}`;
}

interface Variant {
  readonly title: string;
  /** What is changed about the migrated tables of a database. */
  readonly changes: (database: string) => readonly string[];
  readonly batchRows: number;
  readonly count: number;
}

const ours = (): readonly string[] => [];
/** The view hands on the raw row, and thirty DEFAULTs each read it. */
const byDefaults = (db: string): readonly string[] => [
  `DROP VIEW ${db}.http_logs_raw_to_http_logs`,
  `CREATE MATERIALIZED VIEW ${db}.v TO ${db}.http_logs AS SELECT raw_json, _topic, _partition, _offset, _arrived_at FROM ${db}.http_logs_raw`,
];
const variants: readonly Variant[] = [
  {
    title: 'raw table only',
    changes: (db) => [`DROP VIEW ${db}.http_logs_raw_to_http_logs`],
    batchRows: 10_000,
    count: rows,
  },
  {
    title: 'a DEFAULT for each column, extra with all fields',
    changes: (db) => [
      ...byDefaults(db),
      `ALTER TABLE ${db}.http_logs DROP COLUMN extra`,
      `ALTER TABLE ${db}.http_logs ADD COLUMN extra JSON DEFAULT raw_json`,
    ],
    batchRows: 10_000,
    count: rows,
  },
  { title: 'a DEFAULT for each column, extra without theirs', changes: byDefaults, batchRows: 10_000, count: rows },
  { title: 'as migrated: one extraction', changes: ours, batchRows: 10_000, count: rows },
  { title: 'as migrated', changes: ours, batchRows: 5_000, count: rows },
  { title: 'as migrated', changes: ours, batchRows: 1_000, count: rows / 2 },
  { title: 'as migrated', changes: ours, batchRows: 125, count: rows / 10 },
];

interface Measured {
  readonly rowsPerSecond: number;
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function measure(engine: EmbeddedWarehouse, variant: Variant, database: string): Promise<Measured> {
  const { url, user, password } = engine;
  const warehouse = createWarehouse({
    url,
    user,
    password,
    database,
    rawTable: 'http_logs_raw',
    requestTimeoutMs: 120_000,
  });
  try {
    await warehouse.migrate({ dryRun: false });
    for (const sql of variant.changes(database)) await statement(engine, sql);
    await insert(warehouse, records.slice(0, variant.batchRows), rows);
    const durations: number[] = [];
    const cpuFrom = cpuMicrosOf(engine.pid);
    for (let from = 0; from + variant.batchRows <= variant.count; from += variant.batchRows) {
      const beganMs = systemClock.monotonicMs();
      await insert(warehouse, records.slice(from, from + variant.batchRows), from);
      durations.push(systemClock.monotonicMs() - beganMs);
    }
    const inserted = durations.length * variant.batchRows;
    const cpuMicros = (cpuMicrosOf(engine.pid) - cpuFrom) / inserted;
    const totalMs = durations.reduce((sum, ms) => sum + ms, 0);
    const sorted = durations.toSorted((a, b) => a - b);
    const at = (part: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
    return { rowsPerSecond: (inserted / totalMs) * 1000, cpuMicros, p50Ms: at(0.5), p99Ms: at(0.99) };
  } finally {
    await statement(engine, `DROP DATABASE IF EXISTS ${database}`);
    await warehouse.close();
  }
}

async function insert(warehouse: Warehouse, part: readonly Buffer[], firstOffset: number): Promise<void> {
  const encoder = createRowEncoder('correlated', TOPIC, 0);
  part.forEach((value, i) => encoder.add(sourceRecord(value, firstOffset + i)));
  const range = { topic: TOPIC, partition: 0, firstOffset, lastOffset: firstOffset + part.length - 1 };
  await warehouse.insertRange({ ...range, stream: 'correlated', rows: encoder.take() });
}

function sourceRecord(value: Buffer, offset: number): SourceRecord {
  return { key: null, value, headers: [], offset, timestampMs: 1_704_110_400_000 };
}

async function statement({ url, user, password }: EmbeddedWarehouse, sql: string): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    body: sql,
    headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
  });
  if (!answer.ok) throw new Error(await answer.text());
}

function cpuMicrosOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function encoderRate(): number {
  const beganMs = systemClock.monotonicMs();
  const encoder = createRowEncoder('correlated', TOPIC, 0);
  for (const [i, record] of records.entries()) {
    encoder.add(sourceRecord(record, i));
    if (i % 10_000 === 9_999) encoder.take();
  }
  return (records.length / (systemClock.monotonicMs() - beganMs)) * 1000;
}

const averageBytes = Math.round(records.reduce((sum, record) => sum + record.length, 0) / records.length);
console.log(`warehouse, ${rows.toLocaleString('en')} rows of ${averageBytes} bytes, median of ${runs}`);
const encoded = median(Array.from({ length: runs + 2 }, encoderRate));
console.log(`  ${'rows encoded'.padEnd(50)} ${Math.round(encoded).toLocaleString('en').padStart(9)} rows/s`);

const dataDir = mkdtempSync(join(tmpdir(), 'logweave-bench-'));
const log = { info: () => {}, warn: () => {}, error: () => {} };
const engine = await startEmbeddedWarehouse({ dataDir, memoryBytes: 3_000_000_000, clock: systemClock, log });
try {
  let databases = 0;
  for (const variant of variants) {
    const results: Measured[] = [];
    for (let run = 0; run < runs; run++) results.push(await measure(engine, variant, `bench_${databases++}`));
    const of = (what: (result: Measured) => number): number => median(results.map(what));
    console.log(
      `  ${`${variant.title}, ${variant.batchRows} a batch`.padEnd(66)} ${Math.round(of((r) => r.rowsPerSecond))
        .toLocaleString('en')
        .padStart(9)} rows/s` +
        ` ${of((r) => r.cpuMicros)
          .toFixed(1)
          .padStart(6)} µs CPU/row   insert p50 ${of((r) => r.p50Ms)
          .toFixed(0)
          .padStart(4)} ms, p99 ${of((r) => r.p99Ms)
          .toFixed(0)
          .padStart(4)} ms`,
    );
  }
} finally {
  await engine.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
