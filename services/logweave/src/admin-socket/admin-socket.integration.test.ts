import { lstatSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finished } from '@logweave/service-kit/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogweaveRun, logweave } from '../testing/run-logweave.ts';

const CONFIG = `inputs:
  raw:
    - { name: sensor, type: unix_stream, path: ./raw.socket, log_type: SENSOR }
outputs: { file: { enabled: false } }
admin: { port: 0 }
log: { format: json }
`;

const parserText = (product: string): string => `filter {
  kv { source => "message" on_error => "no_pairs" }
  if [no_pairs] { drop { tag => "TAG_MALFORMED_MESSAGE" } }
  mutate { replace => { "event.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
  mutate { replace => { "event.idm.read_only_udm.metadata.product_name" => "${product}" } }
  mutate { replace => { "event.idm.read_only_udm.principal.hostname" => "%{host}" } }
  mutate { merge => { "@output" => "event" } }
}
`;

let directory: string;
const runs: LogweaveRun[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logweave-admin-socket-'));
  writeFileSync(join(directory, 'logweave.yml'), CONFIG);
  writeFileSync(join(directory, 'one.conf'), parserText('One'));
  writeFileSync(join(directory, 'two.conf'), parserText('Two'));
});

afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.kill('SIGKILL');
    await run.finished;
  }
  rmSync(directory, { recursive: true });
});

async function up(): Promise<LogweaveRun> {
  const run = new LogweaveRun(['up'], { cwd: directory });
  runs.push(run);
  await run.until(() => run.logged('started') !== undefined);
  return run;
}

function parser(...args: readonly string[]): Promise<Finished> {
  return logweave(['parser', ...args], { cwd: directory });
}

/** The socket's file, by its path. */
const socketFile = (): string => join(directory, 'logweave-data', 'admin.sock');

async function send(line: string): Promise<void> {
  const socket = connect(join(directory, 'raw.socket'));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.end(`${line}\n`, () => resolve());
  });
}

/** Which version of SENSOR the process has said that it took, first ones first. */
function versionsTaken({ stderr }: LogweaveRun): readonly unknown[] {
  return stderr
    .split('\n')
    .filter((line) => line.includes('"parser changed"') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as { readonly logType: string; readonly version: string })
    .filter(({ logType }) => logType === 'SENSOR')
    .map(({ version }) => version);
}

/** Sends a log of a host and waits for its event, on which it stands which version made it of which text. */
async function eventOf(host: string, tap: LogweaveRun): Promise<string> {
  const isOfHost = (line: string): boolean => line.includes(host) && line.endsWith('}');
  await send(`host=${host}`);
  await tap.until(({ stdout }) => stdout.split('\n').some(isOfHost));
  return tap.stdout.split('\n').find(isOfHost) ?? '';
}

describe('commands beside a running logweave up', () => {
  it('change its parsers, and the next log is parsed with what they say', async () => {
    const run = await up();
    expect(statSync(socketFile()).mode & 0o7777).toBe(0o600);
    const tap = new LogweaveRun(['tap', 'udm', '--from-beginning', '--json'], { cwd: directory });
    runs.push(tap);

    expect(await parser('submit', 'one.conf', '--log-type', 'SENSOR', '--author', 'ann')).toMatchObject({
      code: 0,
      stdout: 'SENSOR custom version 1 is submitted; next: logweave parser activate SENSOR 1\n',
    });
    expect(await parser('activate', 'SENSOR', '1')).toEqual({
      code: 0,
      stdout: 'SENSOR: activated custom version 1; custom version 1 serves it from now on (revision 1)\n',
      stderr: '',
    });
    await run.until(() => versionsTaken(run).length === 1);
    expect(await eventOf('pump1', tap)).toMatch(/custom\/1.*One/);

    expect((await parser('submit', 'two.conf', '--log-type', 'SENSOR', '--activate')).stdout).toBe(
      'SENSOR custom version 2 is submitted; and active\n',
    );
    await run.until(() => versionsTaken(run).length === 2);
    expect(await eventOf('pump2', tap)).toMatch(/custom\/2.*Two/);

    expect(await parser('rollback', 'SENSOR', '--revision', '1')).toMatchObject({
      code: 1,
      stderr: 'logweave: SENSOR was changed meanwhile (revision 2, not 1): look again, then repeat it\n',
    });
    expect((await parser('rollback', 'SENSOR', '--revision', '2')).code).toBe(0);
    await run.until(() => versionsTaken(run).length === 3);
    expect(await eventOf('pump3', tap)).toMatch(/custom\/1.*One/);
    expect(versionsTaken(run)).toEqual(['custom/1', 'custom/2', 'custom/1']);
    expect((await parser('list', 'SENSOR')).stdout).toContain('custom 1: VALIDATED, active');

    tap.kill('SIGTERM');
    await tap.finished;
    run.kill('SIGTERM');
    expect((await run.finished).code).toBe(0);
    expect(lstatSync(socketFile(), { throwIfNoEntry: false })).toBeUndefined();
    // And without it, by themselves.
    expect((await parser('deactivate', 'SENSOR')).code).toBe(0);
  });

  it('work again after it was killed and started, which replaces the socket that it left', async () => {
    const killed = await up();
    const second = await logweave(['up'], { cwd: directory });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`in use by process ${killed.pid}`);
    expect((await parser('submit', 'one.conf', '--log-type', 'SENSOR', '--activate')).code).toBe(0);
    killed.kill('SIGKILL');
    await killed.finished;
    expect(lstatSync(socketFile()).isSocket()).toBe(true);
    // Nobody holds the lock: the socket that was left keeps nobody from it.
    expect((await parser('submit', 'two.conf', '--log-type', 'SENSOR')).code).toBe(0);

    const run = await up();
    expect(statSync(socketFile()).mode & 0o7777).toBe(0o600);
    expect((await parser('activate', 'SENSOR', '2')).stdout).toContain('(revision 2)');
    run.kill('SIGTERM');
    expect((await run.finished).code).toBe(0);
  });
});
