import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@logweave/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogweaveRun, logweave, type RunLogweaveOptions } from './testing/run-logweave.ts';

let directory: string;
const runs: LogweaveRun[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logweave-up-'));
});

afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.kill('SIGKILL');
    await run.finished;
  }
  rmSync(directory, { recursive: true });
});

const at = (name: string): string => join(directory, name);

function writeConfig(extra: object = {}): string {
  const config = {
    data_dir: at('data'),
    inputs: {
      unix_sockets: [
        { name: 'http_source', path: at('http.socket') },
        { name: 'network_source', path: at('network.socket') },
      ],
    },
    correlation: { matching: { mode: 'one_to_many' }, orphan_policy: { network_emit: true } },
    outputs: { file: { path: at('out.log') } },
    admin: { port: 0 },
    log: { level: 'trace', format: 'json' },
    ...extra,
  };
  writeFileSync(at('config.yml'), JSON.stringify(config));
  return at('config.yml');
}

async function up(config: string, options: RunLogweaveOptions = {}): Promise<LogweaveRun> {
  const run = new LogweaveRun(['up', '-c', config], options);
  runs.push(run);
  await run.until(() => run.logged('started') !== undefined);
  return run;
}

async function open(name: string): Promise<Socket> {
  const socket = connect(at(name));
  await once(socket, 'connect');
  return socket;
}

function event(port: number, extra: object = {}): string {
  return `${JSON.stringify({ src_ip: '192.0.2.1', src_port: port, timestamp: systemClock.wallMs() * 1e6, ...extra })}\n`;
}

const outputLines = (name = 'out.log'): readonly { src_port: number; correlated: boolean }[] =>
  existsSync(at(name))
    ? readFileSync(at(name), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { src_port: number; correlated: boolean })
    : [];

/** Waits for what another process does; there is nothing to be told by. */
async function eventually(condition: () => boolean): Promise<void> {
  const untilMs = systemClock.monotonicMs() + 20_000;
  while (!condition()) {
    if (systemClock.monotonicMs() > untilMs) throw new Error('it did not happen within 20 s');
    await systemClock.sleep(20);
  }
}

describe('logweave up', () => {
  it('joins what comes in by its sockets, says how it is, and shows it to tap', async () => {
    const config = writeConfig();
    const run = await up(config);
    const tap = new LogweaveRun(['tap', '-c', config, '--filter', 'src_port=7', '--once', '--from-beginning']);
    runs.push(tap);
    const [http, network] = [await open('http.socket'), await open('network.socket')];
    network.write(event(7, { ja4: 'x' }));
    http.write(`${event(7, { path: '/' })}no json\n`);
    const { code, stdout } = await tap.finished;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ src_port: 7, correlated: true, path: '/', ja4: 'x', keepalives: 0 });

    const letters = await logweave(['tap', '-c', config, '--dead-letters', '--from-beginning', '--once']);
    expect(JSON.parse(letters.stdout)).toMatchObject({ value: 'no json', headers: { reason: 'bad_json' } });

    const url = String(run.logged('admin server listens')?.url);
    await eventually(() => outputLines().length === 1);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(((await ready.json()) as { services: { name: string }[] }).services.map(({ name }) => name)).toEqual([
      'event-log',
      'admin',
      'admin-socket',
      'file-writer',
      'correlator',
      'socket-ingestor',
    ]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^logweave_ingest_lines_total\{socket="http_source"\} 2$/m);
    expect(metrics).toMatch(/^logweave_service_ready\{service="correlator"\} 1$/m);
    run.kill('SIGINT');
    expect((await run.finished).code).toBe(0);
  });

  it('fault 7: SIGTERM under load ends with 0, and every line that was sent has its outcome in the file', async () => {
    const run = await up(writeConfig());
    const [http, network] = [await open('http.socket'), await open('network.socket')];
    const count = 5_000;
    for (let port = 1; port <= count; port++) {
      network.write(event(port, { ja4: 'x' }));
      // Each third connection never asks anything; each fifth asks twice.
      if (port % 3 !== 0) http.write(event(port, { path: '/' }));
      if (port % 3 !== 0 && port % 5 === 0) http.write(event(port, { path: '/again' }));
    }
    http.end();
    network.end();
    // The system has taken all of it; Logweave has read a part at most.
    await Promise.all([once(http, 'finish'), once(network, 'finish')]);
    run.kill('SIGTERM');
    expect((await run.finished).code).toBe(0);
    const lines = outputLines();
    const ports = Array.from({ length: count }, (_, i) => i + 1);
    const asked = ports.filter((port) => port % 3 !== 0);
    const twice = asked.filter((port) => port % 5 === 0);
    expect(lines.filter(({ correlated }) => correlated)).toHaveLength(asked.length + twice.length);
    expect(new Set(lines.map((line) => line.src_port)).size).toBe(count);
    expect(lines).toHaveLength(count + twice.length);
  });

  it('is refused on a data directory that another one has, naming it', async () => {
    const config = writeConfig();
    const run = await up(config);
    const { code, stderr } = await logweave(['up', '-c', config]);
    expect(code).toBe(1);
    expect(stderr).toContain(`in use by process ${run.pid}`);
    run.kill('SIGTERM');
    expect((await run.finished).code).toBe(0);
  });

  it('writes to a new file after a rename and SIGHUP', async () => {
    const run = await up(writeConfig());
    const network = await open('network.socket');
    const http = await open('http.socket');
    network.write(event(1));
    http.write(event(1));
    await eventually(() => outputLines().length === 1);
    renameSync(at('out.log'), at('old.log'));
    run.kill('SIGHUP');
    await eventually(() => existsSync(at('out.log')));
    network.write(event(2));
    http.write(event(2));
    await eventually(() => outputLines().length === 1);
    expect(outputLines('old.log').map((line) => line.src_port)).toEqual([1]);
    expect(outputLines().map((line) => line.src_port)).toEqual([2]);
    run.kill('SIGTERM');
    expect((await run.finished).code).toBe(0);
  });

  it('keeps what waits with on_stop: keep, and goes on with it', async () => {
    const correlation = { matching: { mode: 'one_to_many' }, on_stop: 'keep' };
    const config = writeConfig({ correlation });
    const first = await up(config);
    (await open('network.socket')).end(event(1, { ja4: 'x' }));
    const url = String(first.logged('admin server listens')?.url);
    const appended = async () => (await (await fetch(`${url}/metrics`)).text()).includes('appended_records_total 1');
    while (!(await appended())) await systemClock.sleep(20);
    first.kill('SIGTERM');
    expect((await first.finished).code).toBe(0);
    expect(outputLines()).toEqual([]);

    const second = await up(config);
    (await open('http.socket')).end(event(1));
    await eventually(() => outputLines().length === 1);
    expect(outputLines()).toEqual([expect.objectContaining({ src_port: 1, correlated: true, ja4: 'x' })]);
    second.kill('SIGTERM');
    expect((await second.finished).code).toBe(0);
  });

  it('fault 57: shows planted secrets nowhere, not in its log at level trace, not on any page', async () => {
    const [fromFile, fromEnv, token] = ['planted-in-a-file', 'planted-p@ss/w', 'planted-token-of-the-admin'];
    writeFileSync(at('token'), `${token}\n`);
    writeFileSync(at('password'), `${fromFile}\n`);
    // Nobody listens there, so that every attempt fails and is told of.
    const dsn = 'clickhouse://planted-user:${env:PLANTED}@127.0.0.1:1/db';
    const config = writeConfig({
      outputs: { file: { path: at('out.log') }, clickhouse: { dsn, password_file: at('password') } },
      admin: { port: 0, token_file: at('token') },
    });
    const run = await up(config, { env: { PLANTED: fromEnv } });
    (await open('network.socket')).end(event(1));
    await run.until(() => run.logged('cannot insert') !== undefined);
    const url = String(run.logged('admin server listens')?.url);
    let shown = '';
    for (const path of ['/livez', '/readyz', '/metrics', '/nothing', '/%', `/${'x'.repeat(10_000)}`]) {
      for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
        const answer = await fetch(url + path, { headers });
        shown += JSON.stringify([...answer.headers]) + (await answer.text());
      }
    }
    expect(shown).toContain('clickhouse-writer');
    run.kill('SIGTERM');
    const { stdout, stderr } = await run.finished;
    for (const text of [fromFile, fromEnv, encodeURIComponent(fromEnv), token]) {
      expect(shown + stdout + stderr).not.toContain(text);
    }
  });
});
