import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { logweave, LogweaveRun } from '../testing/run-logweave.ts';

const CONFIG = `inputs:
  raw:
    - { name: sensor, type: unix_stream, path: ./raw.socket, log_type: SENSOR, namespace: plant }
outputs: { file: { enabled: false } }
admin: { port: 0 }
`;
const PARSER = `filter {
  kv { source => "message" on_error => "no_pairs" }
  if [no_pairs] { drop { tag => "TAG_MALFORMED_MESSAGE" } }
  mutate { replace => { "event.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
  mutate { replace => { "event.idm.read_only_udm.principal.hostname" => "%{host}" } }
  mutate { merge => { "@output" => "event" } }
}
`;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logweave-up-parser-'));
  writeFileSync(join(directory, 'logweave.yml'), CONFIG);
  writeFileSync(join(directory, 'sensor.conf'), PARSER);
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function send(lines: readonly string[]): Promise<void> {
  const socket = connect(join(directory, 'raw.socket'));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.end(`${lines.join('\n')}\n`, () => resolve());
  });
}

it('a log goes from a socket through a parser that was submitted to an event with its namespace', async () => {
  const submit = ['parser', 'submit', 'sensor.conf', '--log-type', 'SENSOR', '--activate'];
  expect(await logweave(submit, { cwd: directory })).toMatchObject({ code: 0 });
  const up = new LogweaveRun(['up'], { cwd: directory });
  await up.until((run) => run.logged('started') !== undefined);
  const tap = new LogweaveRun(['tap', 'udm', '--once', '--from-beginning', '--json'], { cwd: directory });
  await send(['garbage', 'host=pump1 level=3']);
  const { stdout } = await tap.finished;
  up.kill('SIGTERM');
  expect((await up.finished).code).toBe(0);
  expect(stdout).toContain('custom/1');
  expect(stdout).toContain('pump1');
  expect(stdout).toContain('plant');
}, 60_000);
