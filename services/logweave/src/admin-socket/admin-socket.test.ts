import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryCluster } from '@logweave/event-log/memory';
import { LIMITS, TOPICS, VirtualClock } from '@logweave/model';
import { readRegistry } from '@logweave/parser-registry';
import { createLogger, Redactor } from '@logweave/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminSocket } from './admin-socket.ts';
import { askForChange, isAdminSocketServed } from './ask-running-process.ts';
import type { ParserIntent } from './parser-intent.ts';

const place = { topic: 'logweave.parsers', prebuilt: [{ logType: 'OTHER_LOG', version: '4', text: 'filter {}' }] };
const log = createLogger({ level: 'fatal', format: 'json', redactor: new Redactor() });

let directory: string;
let path: string;
let clock: VirtualClock;
let cluster: MemoryCluster;
let admin: AdminSocket;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logweave-admin-'));
  path = join(directory, 'admin.sock');
  clock = new VirtualClock();
  cluster = new MemoryCluster({ clock, transactionMarkers: true });
  cluster.ensureTopic({ ...TOPICS.parsers, name: place.topic });
  admin = adminSocket(path);
});

afterEach(async () => {
  await admin.stop();
  rmSync(directory, { recursive: true });
});

function adminSocket(at: string): AdminSocket {
  const eventLog = cluster.connect();
  return new AdminSocket(at, { eventLog: () => eventLog, place: () => place, clock, log });
}

const submit = (text = 'filter {}'): ParserIntent => ({
  action: 'submit',
  logType: 'TEST_LOG',
  kind: 'custom',
  form: 'cbn',
  text,
  validation: null,
  checkedOver: null,
  author: 'ann',
});

const activate = (version: number, seenRevision: number | null = null): ParserIntent => ({
  action: 'activate',
  logType: 'TEST_LOG',
  kind: 'custom',
  version,
  author: 'ann',
  seenRevision,
});

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

function ask(method: string, url: string, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asking = request({ socketPath: path, path: url, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

const post = (body: unknown): Promise<Answer> => ask('POST', '/parsers/changes', JSON.stringify(body));

describe('the admin socket', () => {
  it('makes changes in the event log of its process, and answers with the records that it wrote', async () => {
    await admin.start();
    expect(await post(submit())).toMatchObject({
      status: 200,
      body: { kind: 'done', records: [{ record: 'version', version: 1, state: 'VALIDATED', author: 'ann' }] },
    });
    expect(await askForChange(path, activate(1))).toMatchObject({ kind: 'done', records: [{ revision: 1 }] });
    await askForChange(path, submit());
    await askForChange(path, activate(2));
    const { registry } = await readRegistry(cluster.connect(), place);
    expect(registry.active('TEST_LOG')?.label).toBe('custom/2');
    await askForChange(path, { action: 'rollback', logType: 'TEST_LOG', author: 'ann', seenRevision: 2 });
    expect((await readRegistry(cluster.connect(), place)).registry.active('TEST_LOG')?.label).toBe('custom/1');
  });

  it('refuses what the registry refuses, in its words', async () => {
    await admin.start();
    await post(submit());
    await post(activate(1));
    const problem = 'TEST_LOG was changed meanwhile (revision 1, not 0): look again, then repeat it';
    await post(submit());
    expect(await post(activate(2, 0))).toEqual({ status: 409, body: { kind: 'refused', problem } });
    expect(await askForChange(path, activate(3))).toEqual({
      kind: 'refused',
      problem: 'TEST_LOG has no custom version 3',
    });
  });

  it('makes changes one after the other that come at the same time', async () => {
    await admin.start();
    cluster.faults.plan({ on: 'commit', kind: 'delay', ms: 1_000 });
    const first = askForChange(path, submit('filter {} # first'));
    await expect.poll(() => cluster.faults.outstanding, { interval: 2, timeout: 10_000 }).toBe(0);
    const second = askForChange(path, submit('filter {} # second'));
    // Comes after the second one: when it is answered, that one is waiting.
    await ask('GET', '/parsers');
    await clock.advance(1_000);
    expect(await Promise.all([first, second])).toMatchObject([
      { kind: 'done', records: [{ version: 1, text: 'filter {} # first' }] },
      { kind: 'done', records: [{ version: 2, text: 'filter {} # second' }] },
    ]);
  });

  it.each([
    ['nothing', null],
    ['an unknown action', { ...submit(), action: 'remove' }],
    ['a state of its own', { ...submit(), state: 'FAILED' }],
    ['a version that is a text', { ...activate(1), version: '1' }],
    ['a version that is no whole number', { ...activate(1), version: 1.5 }],
    ['no author', { ...activate(1), author: undefined }],
    ['a list', [submit()]],
  ])('takes for no change, and writes nothing for: %s', async (_, body) => {
    await admin.start();
    await post(submit());
    const before = cluster.records(place.topic).length;
    expect(await post(body)).toMatchObject({ status: 400, body: { kind: 'invalid' } });
    expect(cluster.records(place.topic)).toHaveLength(before);
  });

  it('takes no text that is not JSON, none that is too long, and knows no other pages', async () => {
    await admin.start();
    expect(await ask('POST', '/parsers/changes', '{')).toMatchObject({ status: 400, body: { kind: 'invalid' } });
    const limit = LIMITS.parserBytes + LIMITS.headerAllowanceBytes;
    expect(await ask('POST', '/parsers/changes', ' '.repeat(limit + 1))).toMatchObject({ status: 413 });
    expect(await post(submit('x'.repeat(LIMITS.parserBytes)))).toMatchObject({
      status: 409,
      body: { problem: expect.stringMatching(/^with its record the text has 10487\d\d bytes; at most 1048576 are/) },
    });
    expect(await ask('GET', '/metrics')).toMatchObject({ status: 404 });
    expect(await ask('GET', '/parsers/changes')).toMatchObject({ status: 404 });
  });

  it('says that the event log cannot take a change, and takes the next one', async () => {
    await admin.start();
    cluster.faults.plan({ on: 'open', kind: 'refuse' });
    expect(await post(submit())).toMatchObject({
      status: 503,
      body: { kind: 'failed', problem: expect.stringContaining('could not be opened') },
    });
    expect(await post(submit())).toMatchObject({ status: 200 });
  });

  it('shows what serves each log type', async () => {
    await admin.start();
    await post(submit());
    await post(activate(1));
    expect(await ask('GET', '/parsers')).toMatchObject({
      status: 200,
      body: {
        logTypes: [
          { logType: 'OTHER_LOG', active: 'prebuilt/4', versions: [] },
          { logType: 'TEST_LOG', active: 'custom/1', revision: 1, versions: [{ version: 1, bytes: 9, active: true }] },
        ],
      },
    });
  });

  it('is for its owner alone, and gone after a stop', async () => {
    expect(admin.readiness()).toEqual({ ready: false, detail: 'Not listening.' });
    await admin.start();
    expect(statSync(path).mode & 0o7777).toBe(0o600);
    expect(admin.readiness()).toEqual({ ready: true, detail: `Listening on ${path}.` });
    expect(await isAdminSocketServed(path)).toBe(true);
    await admin.stop();
    expect(existsSync(path)).toBe(false);
    expect(await isAdminSocketServed(path)).toBe(false);
    await admin.stop();
  });

  it('answers a change that it has begun with before it stops', async () => {
    await admin.start();
    cluster.faults.plan({ on: 'commit', kind: 'delay', ms: 1_000 });
    const asked = askForChange(path, submit());
    await expect.poll(() => cluster.faults.outstanding, { interval: 2, timeout: 10_000 }).toBe(0);
    const stopped = admin.stop();
    await clock.advance(1_000);
    await stopped;
    expect(await asked).toMatchObject({ kind: 'done' });
    expect(existsSync(path)).toBe(false);
  });

  it('is no reason to start nothing when it cannot be made', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(path, resolve));
    await admin.start();
    expect(admin.readiness()).toEqual({
      ready: true,
      detail: `No admin socket: somebody uses ${path} already (connected).`,
    });
    await admin.stop();
    expect(existsSync(path)).toBe(true);
    await new Promise((resolve) => other.close(resolve));
    const long = adminSocket(join(directory, 'x'.repeat(100), 'admin.sock'));
    await long.start();
    expect(long.readiness().detail).toMatch(
      /^No admin socket: .* and a socket's path at most 107: set a shorter data_dir\.$/,
    );
    await long.stop();
  });
});

describe('a command that asks', () => {
  it('says that it does not know what became of its change when it gets no answer', async () => {
    const rude = createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => rude.listen(path, resolve));
    await expect(askForChange(path, submit())).rejects.toThrow(
      `the running process does not answer on ${path} (socket hang up); whether the change was made is not known`,
    );
    await new Promise((resolve) => rude.close(resolve));
  });

  it('takes no answer that is none of its version', async () => {
    const answer = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}';
    const strange = createServer((socket) => socket.once('data', () => socket.end(answer)));
    await new Promise<void>((resolve) => strange.listen(path, resolve));
    await expect(askForChange(path, submit())).rejects.toThrow('its answer is none of this version');
    await new Promise((resolve) => strange.close(resolve));
  });
});
