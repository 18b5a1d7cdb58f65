import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { systemClock } from '@logweave/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedWarehouse, startEmbeddedWarehouse } from './index.ts';

const MEMORY_BYTES = 1_500_000_000;
const lines: string[] = [];
const record = (fields: object, event: string): void => {
  lines.push(JSON.stringify({ event, ...fields }));
};
const log = { info: record, warn: record, error: record };

let dataDir: string;
let warehouse: EmbeddedWarehouse;
const clients: ClickHouseClient[] = [];

function client(options: { gzip?: boolean; password?: string } = {}): ClickHouseClient {
  const made = createClient({
    url: warehouse.url,
    username: warehouse.user,
    password: options.password ?? warehouse.password,
    compression: { request: options.gzip ?? false, response: options.gzip ?? false },
    log: { level: ClickHouseLogLevel.OFF },
  });
  clients.push(made);
  return made;
}

async function rows(made: ClickHouseClient, query: string, params?: Record<string, unknown>): Promise<unknown[]> {
  const result = await made.query({
    query,
    format: 'JSONEachRow',
    ...(params === undefined ? {} : { query_params: params }),
  });
  return result.json();
}

function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const authorised = { 'X-ClickHouse-User': warehouse.user, 'X-ClickHouse-Key': warehouse.password };
  return fetch(warehouse.url + path, { method: 'POST', body, headers: { ...authorised, ...headers } });
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'logweave-embedded-'));
  warehouse = await startEmbeddedWarehouse({ dataDir, memoryBytes: MEMORY_BYTES, clock: systemClock, log });
});

afterAll(async () => {
  await Promise.all(clients.map((made) => made.close()));
  await warehouse.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe.each([{ gzip: false }, { gzip: true }])("ClickHouse's own client, gzip $gzip", ({ gzip }) => {
  test('pings, with and without a statement', async () => {
    expect(await client({ gzip }).ping()).toEqual({ success: true });
    expect(await client({ gzip }).ping({ select: true })).toEqual({ success: true });
  });

  test('creates, inserts and reads', async () => {
    const made = client({ gzip });
    await made.command({ query: 'CREATE OR REPLACE TABLE t (a UInt32, b String) ENGINE = MergeTree ORDER BY a' });
    const values = Array.from({ length: 5_000 }, (_, i) => ({ a: i, b: `row ${i} with 'quotes' and \0` }));
    const inserted = await made.insert({ table: 't', values, format: 'JSONEachRow', columns: ['a', 'b'] });
    expect(inserted.summary?.written_rows).toBe('5000');
    expect(await rows(made, 'SELECT count() AS n, sum(a) AS s FROM t')).toEqual([{ n: 5000, s: 12_497_500 }]);
    expect(await rows(made, 'SELECT b FROM t WHERE a = 17')).toEqual([{ b: "row 17 with 'quotes' and \0" }]);
  });

  test('binds parameters of every kind', async () => {
    const params = { s: "tab\t quote' back\\", list: ["a'b", 'c\\d'], n: null, when: new Date(0) };
    const query = 'SELECT {s:String} AS s, {list:Array(String)} AS list, {n:Nullable(Int8)} AS n, {when:DateTime} AS w';
    expect(await rows(client({ gzip }), query, params)).toEqual([
      { s: params.s, list: params.list, n: null, w: '1970-01-01 00:00:00' },
    ]);
  });

  test('gets typed errors', async () => {
    const made = client({ gzip });
    await expect(rows(made, 'SELECT 1 1')).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' });
    await expect(rows(made, 'SELECT * FROM nowhere')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' });
    await made.command({ query: 'CREATE OR REPLACE TABLE numbers_only (a UInt32) ENGINE = MergeTree ORDER BY a' });
    const bad = made.insert({ table: 'numbers_only', values: [{ a: 'x' }], format: 'JSONEachRow' });
    await expect(bad).rejects.toMatchObject({ code: '27' });
    const setting = made.command({ query: 'SELECT 1', clickhouse_settings: { no_such_setting: 1 } });
    await expect(setting).rejects.toMatchObject({ code: '115' });
  });

  test('reads 200,000 rows', async () => {
    const all = await rows(client({ gzip }), 'SELECT number, toString(number) AS text FROM numbers(200000)');
    expect(all.length).toBe(200_000);
  });
});

test('settings never reach another statement, tokens least of all', async () => {
  const made = client();
  await made.command({
    query: `CREATE TABLE once (a UInt32) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100`,
  });
  const insert = (a: number, token?: string): Promise<unknown> =>
    made.insert({
      table: 'once',
      values: [{ a }],
      format: 'JSONEachRow',
      ...(token === undefined ? {} : { clickhouse_settings: { insert_deduplication_token: token } }),
    });
  await insert(1, `odd 'token' \\`);
  await insert(2, `odd 'token' \\`);
  await insert(3);
  await insert(4);
  expect(await rows(made, 'SELECT groupArray(a) AS all FROM (SELECT a FROM once ORDER BY a)')).toEqual([
    { all: [1, 3, 4] },
  ]);
  await made.command({ query: 'SET max_threads = 1; SELECT 1', clickhouse_settings: { max_block_size: '7' } });
  const seen = await rows(
    made,
    "SELECT name FROM system.settings WHERE changed AND name IN ('max_threads', 'max_block_size')",
  );
  expect(seen).toEqual([]);
});

describe('the HTTP protocol', () => {
  test('takes SQL in the body or in the URL and says what it is', async () => {
    const inBody = await post('/?default_format=CSV&query_id=q1', 'SELECT 1, 2');
    expect(await inBody.text()).toBe('1,2\n');
    expect(inBody.headers.get('x-clickhouse-query-id')).toBe('q1');
    expect(inBody.headers.get('x-clickhouse-format')).toBe('CSV');
    expect(JSON.parse(inBody.headers.get('x-clickhouse-summary') ?? '{}')).toMatchObject({ result_rows: '1' });
    const inUrl = await post('/?query=SELECT%201%20FORMAT%20JSONEachRow', '');
    expect(await inUrl.text()).toBe('{"1":1}\n');
    expect(inUrl.headers.get('x-clickhouse-timezone')).toBe('UTC');
  });

  test('takes compressed data', async () => {
    await post('/', 'CREATE TABLE zipped (a UInt32) ENGINE = MergeTree ORDER BY a');
    const query = encodeURIComponent('INSERT INTO zipped FORMAT JSONEachRow');
    const zipped = new Uint8Array(gzipSync('{"a":1}\n{"a":2}\n'));
    const answer = await post(`/?query=${query}`, zipped, { 'Content-Encoding': 'gzip' });
    expect(answer.status).toBe(200);
    expect(await (await post('/', 'SELECT count() FROM zipped')).text()).toBe('2\n');
  });

  test('takes data in binary formats, any byte in it, and leaves no file behind', async () => {
    await post('/', 'CREATE TABLE binary (a UInt8, b String) ENGINE = MergeTree ORDER BY a');
    const insert = (format: string, data: Uint8Array<ArrayBuffer>): Promise<Response> =>
      post(`/?query=${encodeURIComponent(`INSERT INTO binary (a, b) FORMAT ${format}`)}`, data);
    const anyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
    const row = Uint8Array.from([7, 0x80, 0x02, ...anyByte]);
    const answer = await insert('RowBinary', row);
    expect(JSON.parse(answer.headers.get('x-clickhouse-summary') ?? '{}')).toMatchObject({ written_rows: '1' });
    const native = new Uint8Array(
      await (await post('/', 'SELECT 8::UInt8 AS a, b FROM binary FORMAT Native')).arrayBuffer(),
    );
    expect((await insert('Native', native)).status).toBe(200);
    const hex = Buffer.from(anyByte).toString('hex').toUpperCase();
    expect(await (await post('/', 'SELECT a, hex(b) FROM binary ORDER BY a')).text()).toBe(`7\t${hex}\n8\t${hex}\n`);
    const cut = await insert('RowBinary', row.slice(0, 100));
    expect(cut.headers.get('x-clickhouse-exception-code')).toBe('33');
    expect((await readdir(dataDir)).filter((name) => name.startsWith('insert-'))).toEqual([]);
  });

  test('errors carry status, code and text', async () => {
    const answer = await post('/', 'SELECT * FROM nowhere');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('60');
    expect(await answer.text()).toMatch(/^Code: 60\. DB::Exception: .*\(UNKNOWN_TABLE\)\n$/s);
  });

  test('a GET changes nothing', async () => {
    const authorised = { 'X-ClickHouse-User': warehouse.user, 'X-ClickHouse-Key': warehouse.password };
    const get = (sql: string): Promise<Response> =>
      fetch(`${warehouse.url}/?query=${encodeURIComponent(sql)}`, { headers: authorised });
    expect(await (await get('SELECT 1')).text()).toBe('1\n');
    const refused = await get('CREATE TABLE by_get (a UInt8) ENGINE = Memory');
    expect(refused.headers.get('x-clickhouse-exception-code')).toBe('164');
  });

  test('statements can name a database', async () => {
    await post('/', 'CREATE DATABASE IF NOT EXISTS other');
    await post('/?database=other', 'CREATE TABLE here (a UInt8) ENGINE = MergeTree ORDER BY a');
    const query = encodeURIComponent('INSERT INTO here (a) FORMAT JSONEachRow');
    expect((await post(`/?database=other&query=${query}`, '{"a":1}\n')).status).toBe(200);
    expect(await (await post('/', 'SELECT count() FROM other.here')).text()).toBe('1\n');
  });

  test('what cannot be taken is refused by name', async () => {
    const values = encodeURIComponent('INSERT INTO t VALUES');
    expect((await post(`/?query=${values}`, '(1)')).status).toBe(501);
    await post('/', 'CREATE TABLE IF NOT EXISTS formats (a UInt8) ENGINE = MergeTree ORDER BY a');
    const unknown = encodeURIComponent('INSERT INTO formats FORMAT NoSuchFormat');
    expect(await (await post(`/?query=${unknown}`, 'xx')).text()).toContain('NoSuchFormat');
    expect((await post('/?session_id=s', 'SELECT 1')).status).toBe(501);
    expect((await post('/play', 'SELECT 1')).status).toBe(501);
    expect((await post(`/?${encodeURIComponent("a';")}=1`, 'SELECT 1')).status).toBe(404);
  });

  test('a body over the limit is refused, and so is a bomb', async () => {
    const small = await startOnOwnDirectory({ maxBodyBytes: 100_000 });
    try {
      const headers = { 'X-ClickHouse-User': small.user, 'X-ClickHouse-Key': small.password };
      const send = (body: Uint8Array<ArrayBuffer>, more = {}): Promise<Response> =>
        fetch(small.url, { method: 'POST', body, headers: { ...headers, ...more } });
      expect((await send(new Uint8Array(100_001).fill(32))).status).toBe(413);
      const bomb = new Uint8Array(gzipSync(new Uint8Array(10_000_000)));
      expect((await send(bomb, { 'Content-Encoding': 'gzip' })).status).toBe(413);
      expect((await send(new TextEncoder().encode('SELECT 1'))).status).toBe(200);
    } finally {
      await small.stop();
    }
  });
});

describe('authentication', () => {
  test('every place for user and password works', async () => {
    const { url, user, password } = warehouse;
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    const ask = (path: string, headers = {}): Promise<Response> =>
      fetch(url + path, { method: 'POST', body: 'SELECT 1', headers });
    expect((await ask('/', { Authorization: `Basic ${basic}` })).status).toBe(200);
    expect((await ask(`/?user=${user}&password=${password}`)).status).toBe(200);
    expect((await ask('/', { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password })).status).toBe(200);
  });

  test('nothing, a wrong password or a wrong user gets nothing but the liveness', async () => {
    const { url, user, password } = warehouse;
    const ask = (headers = {}): Promise<Response> => fetch(`${url}/`, { method: 'POST', body: 'SELECT 1', headers });
    const missing = await ask();
    expect(missing.status).toBe(401);
    expect(missing.headers.get('www-authenticate')).toContain('Basic');
    const wrong = await ask({ 'X-ClickHouse-User': user, 'X-ClickHouse-Key': `${password}x` });
    expect(wrong.status).toBe(403);
    expect(wrong.headers.get('x-clickhouse-exception-code')).toBe('516');
    expect((await ask({ 'X-ClickHouse-User': 'default', 'X-ClickHouse-Key': password })).status).toBe(403);
    expect((await ask({ Authorization: 'Bearer x' })).status).toBe(403);
    expect(await (await fetch(`${url}/ping`)).text()).toBe('Ok.\n');
    await expect(rows(client({ password: 'wrong' }), 'SELECT 1')).rejects.toMatchObject({ code: '516' });
  });
});

test('the engine has the memory cap and syncs what it acknowledges', async () => {
  const made = client();
  const settings = "SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'";
  expect(await rows(made, settings)).toEqual([{ value: String(MEMORY_BYTES) }]);
  const syncs = "SELECT name FROM system.merge_tree_settings WHERE name LIKE 'fsync_%' AND value = '1' ORDER BY name";
  expect(await rows(made, syncs)).toEqual([{ name: 'fsync_after_insert' }, { name: 'fsync_part_directory' }]);
  const hungry = 'SELECT length(groupArray(number)) FROM numbers(1000000000)';
  await expect(rows(made, hungry)).rejects.toMatchObject({ code: '241' });
  expect(await rows(made, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('rows arrive whatever the name of the data directory is', async () => {
  const own = await startOnOwnDirectory({ prefix: "logweave {a,b}*?'-" });
  try {
    const headers = { 'X-ClickHouse-User': own.user, 'X-ClickHouse-Key': own.password };
    const ask = (query: string, body: string): Promise<Response> =>
      fetch(`${own.url}/?query=${encodeURIComponent(query)}`, { method: 'POST', headers, body });
    await ask('CREATE TABLE odd (a UInt32) ENGINE = MergeTree ORDER BY a', '');
    await ask('INSERT INTO odd FORMAT JSONEachRow', '{"a":1}');
    expect(await (await ask('SELECT a FROM odd', '')).text()).toBe('1\n');
  } finally {
    await own.stop();
  }
});

describe('the supervisor', () => {
  test('brings the engine back after a kill -9, on the same address with everything it had acknowledged', async () => {
    const own = await startOnOwnDirectory();
    const made = createClient({
      url: own.url,
      username: own.user,
      password: own.password,
      log: { level: ClickHouseLogLevel.OFF },
    });
    try {
      await made.command({ query: 'CREATE TABLE kept (a UInt32) ENGINE = MergeTree ORDER BY a' });
      let acknowledged = 0;
      const before = own.pid;
      for (let i = 0; i < 20; i++) {
        await made.insert({ table: 'kept', values: [{ a: i }], format: 'JSONEachRow' });
        acknowledged++;
      }
      process.kill(before as number, 'SIGKILL');
      await until(async () => (await made.ping()).success && own.pid !== before && own.pid !== undefined);
      expect(await rows(made, 'SELECT count() AS n FROM kept')).toEqual([{ n: acknowledged }]);
    } finally {
      await made.close();
      await own.stop();
    }
    expect(await own.exited).toEqual({ kind: 'stopped' });
    expect(own.pid).toBeUndefined();
  });

  test('the engine goes with a parent that is killed, and a new parent gets the directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'logweave-orphan-'));
    const script = `
      import { systemClock as clock } from '@logweave/service-kit';
      import { startEmbeddedWarehouse } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      const log = { info() {}, warn() {}, error() {} };
      const w = await startEmbeddedWarehouse({ dataDir: ${JSON.stringify(directory)}, memoryBytes: ${MEMORY_BYTES}, clock, log });
      console.log(w.pid);`;
    const parent = spawn(process.execPath, ['--conditions=@logweave/source', '--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pidText] = await new Promise<string[]>((resolve) => {
      parent.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.split('\n')));
    });
    const enginePid = Number(pidText);
    expect(alive(enginePid)).toBe(true);
    parent.kill('SIGKILL');
    const next = await startEmbeddedWarehouse({
      dataDir: directory,
      memoryBytes: MEMORY_BYTES,
      clock: systemClock,
      log,
    });
    try {
      expect(alive(enginePid)).toBe(false);
      expect((await fetch(`${next.url}/ping`)).status).toBe(200);
    } finally {
      await next.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });

  test('a directory that somebody holds is refused with its name', async () => {
    const second = startEmbeddedWarehouse({
      dataDir,
      memoryBytes: MEMORY_BYTES,
      clock: systemClock,
      log,
      lockTimeoutMs: 300,
    });
    await expect(second).rejects.toThrow(dataDir);
  });

  test('fault 57: the password is in no argument, environment or log line', async () => {
    const own = await startOnOwnDirectory();
    try {
      await fetch(own.url, {
        method: 'POST',
        body: 'SELECT',
        headers: { 'X-ClickHouse-User': own.user, 'X-ClickHouse-Key': own.password },
      });
      const argv = readFileSync(`/proc/${own.pid}/cmdline`, 'utf8');
      const environment = readFileSync(`/proc/${own.pid}/environ`, 'utf8');
      for (const text of [argv, environment, ...lines]) expect(text).not.toContain(own.password);
    } finally {
      await own.stop();
    }
    for (const line of lines) expect(line).not.toContain(warehouse.password);
  });
});

async function startOnOwnDirectory(
  options: { maxBodyBytes?: number; prefix?: string } = {},
): Promise<EmbeddedWarehouse> {
  const directory = await mkdtemp(join(tmpdir(), options.prefix ?? 'logweave-embedded-'));
  const own = await startEmbeddedWarehouse({
    dataDir: directory,
    memoryBytes: MEMORY_BYTES,
    clock: systemClock,
    log,
    ...options,
  });
  void own.exited.then(() => rm(directory, { recursive: true, force: true }));
  return own;
}

/** A process that still runs. One whose parent has not fetched its exit yet (state Z) does not. */
function alive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) Z /.test(readFileSync(file, 'utf8'));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await condition()) return;
    await wait(50);
  }
  throw new Error('The condition did not come true within 10 s.');
}
