import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogweaveRun, logweave } from '../testing/run-logweave.ts';

let directory: string;
const runs: LogweaveRun[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logweave-audit-'));
});

afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.kill('SIGKILL');
    await run.finished;
  }
  rmSync(directory, { recursive: true });
});

const at = (name: string): string => join(directory, name);

const sockets = () => [
  { name: 'http_source', path: at('http.socket') },
  { name: 'network_source', path: at('network.socket') },
];

async function up(outputs: object): Promise<{ readonly run: LogweaveRun; readonly config: string }> {
  const config = {
    data_dir: at('data'),
    service: { stop_grace_s: 60 },
    inputs: { unix_sockets: sockets() },
    correlation: { matching: { mode: 'one_to_many' } },
    outputs,
    admin: { port: 0 },
    log: { format: 'json' },
  };
  writeFileSync(at('config.yml'), JSON.stringify(config));
  const run = new LogweaveRun(['up', '-c', at('config.yml')]);
  runs.push(run);
  await run.until(() => run.logged('started') !== undefined);
  return { run, config: at('config.yml') };
}

function event(port: number, extra: object = {}): string {
  return `${JSON.stringify({ src_ip: '192.0.2.1', src_port: port, timestamp: systemClock.wallMs() * 1e6, ...extra })}\n`;
}

/** 200 connections: each fourth asks nothing, each tenth asks twice; three requests have no connection. */
async function send(): Promise<void> {
  const [http, network] = [connect(at('http.socket')), connect(at('network.socket'))];
  await Promise.all([once(http, 'connect'), once(network, 'connect')]);
  for (let port = 1; port <= 200; port++) {
    network.write(event(port, { ja4: 'x' }));
    if (port % 4 !== 0) http.write(event(port, { path: '/' }));
    if (port % 10 === 1) http.write(event(port, { path: '/again' }));
  }
  for (let port = 301; port <= 303; port++) http.write(event(port));
  http.end();
  network.end();
  await Promise.all([once(http, 'finish'), once(network, 'finish')]);
}

async function stop(run: LogweaveRun): Promise<void> {
  run.kill('SIGTERM');
  expect((await run.finished).code).toBe(0);
}

interface Report {
  readonly holds: boolean;
  readonly sides: Record<'A' | 'B', Record<string, number>>;
  readonly unread: Record<'A' | 'B', number>;
  readonly rows: { readonly compared: Record<string, number>; readonly pending: number } | null;
  readonly offenders: readonly { readonly kind: string; readonly topic: string; readonly key: string }[];
}

async function audit(...args: readonly string[]): Promise<{ readonly code: number | null; readonly report: Report }> {
  const { code, stdout, stderr } = await logweave(['audit', '-c', at('config.yml'), '--json', ...args]);
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as Report };
}

describe('logweave audit', () => {
  it('holds beside a running logweave and after it, and finds a result that somebody wrote a second time', async () => {
    const { run, config } = await up({ file: { path: at('out.log') } });
    await send();
    // Beside the writer: what is not committed yet is pending, whatever the moment.
    const during = await audit();
    expect(during).toMatchObject({ code: 0, report: { holds: true, offenders: [] } });
    await stop(run);
    const after = await audit();
    expect(after.code).toBe(0);
    expect(after.report).toMatchObject({
      sides: {
        A: { read: 173, matched: 170, orphan: 3, pending: 0, lost: 0 },
        B: { read: 200, matched: 150, suppressed: 50, pending: 0, lost: 0 },
      },
      unread: { A: 0, B: 0 },
    });
    const text = await logweave(['audit', '-c', config]);
    expect(text.stdout).toMatch(/^in a joined record +170 +150$/m);
    expect(text.stdout).toContain('The equation holds');

    const result = await appendAgain();
    const doubled = await audit();
    expect(doubled.code).toBe(1);
    expect(doubled.report.offenders).toContainEqual(
      expect.objectContaining({ kind: 'doubled', topic: 'logweave.http', key: result }),
    );
    const listed = await logweave(['audit', '-c', config]);
    expect(listed.code).toBe(1);
    expect(listed.stdout).toMatch(/^ {2}doubled {2}logweave\.http\/\d\/\d+ {2}192\.0\.2\.1:\d+ {2}result /m);
    const explained = await logweave(['explain', '-c', config, '--key', result]);
    expect(explained.stdout).toMatch(/has 2 outcomes, and must have one/);
  });

  it('finds each result once in ClickHouse, and a row that is there twice', async () => {
    const { run } = await up({ clickhouse: { embedded: true } });
    await send();
    const url = String(run.logged('admin server listens')?.url);
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    // The engine takes its time to start, and a stop does not wait for it.
    while (!/^logweave_clickhouse_writer_rows_inserted_total\{.*\} [1-9]/m.test(await metrics()))
      await systemClock.sleep(50);
    await stop(run);
    const { code, report } = await audit('--warehouse');
    // How many events were made of the results depends on when the parser was stopped.
    expect(report.rows).toMatchObject({
      compared: { http_logs_raw: 173, http_logs: 173, raw_logs: 0 },
      pending: 0,
    });
    expect(code).toBe(0);
    await execute('INSERT INTO http_logs_raw SELECT * FROM http_logs_raw WHERE _offset = 0 LIMIT 1');
    const doubled = await audit('--warehouse');
    expect(doubled.code).toBe(1);
    expect(doubled.report.offenders).toContainEqual(
      expect.objectContaining({ kind: 'row_doubled', topic: 'logweave.correlated' }),
    );
  });

  it('says what it cannot do', async () => {
    writeFileSync(at('config.yml'), JSON.stringify({ data_dir: at('data'), inputs: { unix_sockets: sockets() } }));
    const nothing = await logweave(['audit', '-c', at('config.yml')]);
    expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('the first `logweave up`') });
    const noTables = await logweave(['audit', '-c', at('config.yml'), '--warehouse']);
    expect(noTables.code).not.toBe(0);
    const range = await logweave(['audit', '-c', at('config.yml'), '--from', 'http']);
    expect(range.stderr).toContain('--from http: not of the form http/PARTITION/OFFSET');
    expect(range.code).toBe(2);
  });
});

describe('logweave explain', () => {
  it('says who took whom, and why another is alone', async () => {
    const { run, config } = await up({ file: { path: at('out.log') } });
    await send();
    await stop(run);
    const joined = await logweave(['explain', '-c', config, '--key', '192.0.2.1:11']);
    expect(joined.code).toBe(0);
    expect(joined.stdout.match(/ A {2}logweave\.http\/\d\/\d+ {2}joined with logweave\.network/g)).toHaveLength(2);
    expect(joined.stdout).toContain('Every event has the outcome that the rules give it.');
    const alone = await logweave(['explain', '-c', config, '--key', '192.0.2.1:301', '--at', '1m', '--json']);
    expect(JSON.parse(alone.stdout)).toMatchObject({
      events: [{ side: 'A', recorded: [{ outcome: { kind: 'orphan' } }] }],
      advice: [expect.stringContaining('of the same address with other ports')],
    });
    expect((await logweave(['explain', '-c', config, '--key', 'x'])).code).toBe(2);
  });
});

/** Writes the first result of the log once more; its key. */
async function appendAgain(): Promise<string> {
  const log = await openEmbeddedLog({ path: at('data/log.sqlite'), clock: systemClock });
  try {
    const topic = 'logweave.correlated';
    for (const [partition, { stable }] of (await log.watermarks(topic)).entries()) {
      if (stable === 0) continue;
      const reader = await log.reader({ topic, partition }, 0);
      const [record] = (await reader.read({ timeoutMs: 1000, maxRecords: 1 })).records;
      await reader.close();
      if (record?.key == null || !record.headers.some(({ name }) => name === 'a')) continue;
      const producer = await log.producer();
      await producer.append([{ topic, partition, records: [record] }]);
      await producer.close();
      return Buffer.from(record.key).toString();
    }
    throw new Error('the log has no results');
  } finally {
    await log.close();
  }
}

/** Runs a statement in the warehouse that a stopped logweave has left. */
async function execute(sql: string): Promise<void> {
  const engine = await startEmbeddedWarehouse({
    dataDir: at('data/warehouse'),
    memoryBytes: 1024 ** 3,
    clock: systemClock,
    log: createLogger({ level: 'error', format: 'json', redactor: new Redactor() }),
  });
  try {
    const { url, user, password } = engine;
    const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password };
    const answer = await fetch(url, { method: 'POST', body: sql, headers });
    expect(await answer.text()).toBe('');
  } finally {
    await engine.stop();
  }
}
