import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SocketPathError } from './socket-path.ts';
import { type StreamServerOptions, UnixStreamServer } from './unix-stream-server.ts';

// Clients are processes of their own, which take their time to start on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const never = new Promise<void>(() => undefined);
const now = Promise.resolve();
const access = { mode: 0o660, owner: null, group: null };
let directory: string;
let path: string;
const servers: UnixStreamServer[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-'));
  path = join(directory, 'in.socket');
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(now)));
  rmSync(directory, { recursive: true });
});

interface Connection {
  text: string;
  ended: boolean;
}

function server(options: Partial<StreamServerOptions> = {}): { stream: UnixStreamServer; connections: Connection[] } {
  const connections: Connection[] = [];
  const stream = new UnixStreamServer(
    { path, access, maxConnections: 8, maxWaitingConnections: 8, ...options },
    {
      accept: () => {
        const connection: Connection = { text: '', ended: false };
        connections.push(connection);
        return {
          data: (chunk) => (connection.text += chunk.toString('latin1')),
          end: () => (connection.ended = true),
        };
      },
      acceptFailed: (error) => expect.fail(error.message),
    },
  );
  servers.push(stream);
  return { stream, connections };
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', reject);
  });
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 2, timeout: 20_000 }).toBe(true);
}

/** A file as a process leaves it that was killed while it listened. */
async function leaveStaleSocket(): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', script]);
  await new Promise((resolve) => child.once('exit', resolve));
  expect(lstatSync(path).isSocket()).toBe(true);
}

test('each connection has a receiver of its own, and its end is told last', async () => {
  const { stream, connections } = server();
  await stream.listen();
  const [first, second] = [await open(), await open()];
  first.write('a1');
  second.write('b1');
  await until(() => connections.length === 2 && connections.every((connection) => connection.text !== ''));
  first.end('a2');
  await until(() => connections.some((connection) => connection.ended));
  expect(connections).toContainEqual({ text: 'a1a2', ended: true });
  expect(connections).toContainEqual({ text: 'b1', ended: false });
  second.end();
});

test('fault 48: the socket has the mode that was asked for, and nothing else stays in its folder', async () => {
  const { stream } = server({ access: { ...access, mode: 0o620 } });
  await stream.listen();
  expect(statSync(path).mode & 0o7777).toBe(0o620);
  expect(readdirSync(directory)).toEqual(['in.socket']);
  await stream.stop(now);
  expect(readdirSync(directory)).toEqual([]);
});

test('fault 48: owner and group are found by name or number, and an unknown name is refused', async () => {
  const { uid, gid, username } = userInfo();
  const { stream } = server({ access: { mode: 0o600, owner: username, group: gid } });
  await stream.listen();
  expect(statSync(path).uid).toBe(uid);
  await expect(
    server({ path: `${path}2`, access: { ...access, owner: 'nobody-has-this' } }).stream.listen(),
  ).rejects.toThrow(`${path}2: there is no owner "nobody-has-this" on this system`);
  await expect(
    server({ path: `${path}2`, access: { ...access, group: 'nobody-has-this' } }).stream.listen(),
  ).rejects.toThrow(`${path}2: there is no group "nobody-has-this" on this system`);
});

test('fault 48: a stale socket file is replaced', async () => {
  await leaveStaleSocket();
  const { stream, connections } = server();
  await stream.listen();
  (await open()).end('hello');
  await until(() => connections[0]?.text === 'hello');
});

test('fault 62: a second server on the same path is refused by name, and the first goes on', async () => {
  const first = server();
  await first.stream.listen();
  const error = await server()
    .stream.listen()
    .then(
      () => null,
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(SocketPathError);
  expect((error as SocketPathError).message).toBe(`${path}: another process is already receiving on this socket`);
  expect((error as SocketPathError).code).toBe('in_use');
  (await open()).end('hello');
  await until(() => first.connections.some((connection) => connection.text === 'hello'));
});

test('fault 62: of two servers that start at the same moment on a stale path one is refused', async () => {
  await leaveStaleSocket();
  const outcomes = await Promise.allSettled([server().stream.listen(), server().stream.listen()]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  await open();
});

test('fault 48: what is no socket is left alone', async () => {
  writeFileSync(path, 'precious');
  await expect(server().stream.listen()).rejects.toThrow('something other than a socket is there');
  expect(statSync(path).size).toBe(8);
});

test.runIf(process.getuid?.() !== 0)('fault 48: a socket that may not be asked is left alone', async () => {
  const other = createServer().listen(path);
  await new Promise((resolve) => other.once('listening', resolve));
  chmodSync(path, 0);
  await expect(server().stream.listen()).rejects.toThrow('cannot tell whether somebody uses the socket there (EACCES)');
  other.close();
});

test('fault 48: a path that does not fit a socket address is refused', async () => {
  await expect(server({ path: join(directory, 'x'.repeat(100)) }).stream.listen()).rejects.toThrow(
    'longer than the 107 bytes',
  );
});

test('fault 48: a folder that is missing or not ours to write is named', async () => {
  await expect(server({ path: join(directory, 'none', 'in') }).stream.listen()).rejects.toThrow(
    `${join(directory, 'none', 'in')}: its folder does not exist`,
  );
  if (process.getuid?.() === 0) return;
  chmodSync(directory, 0o500);
  await expect(server().stream.listen()).rejects.toThrow(`${path}: not permitted to make a socket there (EACCES)`);
});

test.runIf(process.getuid?.() === 0)(
  'fault 48: who has no right to write cannot connect, and who has can',
  async () => {
    const script =
      "require('net').connect(process.argv[1], () => process.exit()).on('error', (e) => console.log(e.code))";
    const connectAsNobody = (to: string): string =>
      spawnSync(process.execPath, ['-e', script, to], { uid: 65_534, gid: 65_534 }).stdout.toString();
    chmodSync(directory, 0o755);
    await server({ access: { mode: 0o660, owner: null, group: null } }).stream.listen();
    expect(connectAsNobody(path)).toBe('EACCES\n');
    await server({ path: `${path}2`, access: { mode: 0o620, owner: null, group: 65_534 } }).stream.listen();
    expect(connectAsNobody(`${path}2`)).toBe('');
  },
);

test('fault 48: a stop leaves a socket alone that somebody else has put at the path', async () => {
  const first = server();
  await first.stream.listen();
  unlinkSync(path);
  await server().stream.listen();
  await first.stream.stop(now);
  expect(existsSync(path)).toBe(true);
});

test('fault 48: a path that was removed is opened again, and connections outlive that', async () => {
  const { stream, connections } = server();
  await stream.listen();
  const before = await open();
  before.write('before, ');
  expect(stream.isReachable).toBe(true);
  unlinkSync(path);
  expect(stream.isReachable).toBe(false);
  await stream.reopen();
  expect(stream.isReachable).toBe(true);
  (await open()).end('after');
  before.end('still');
  await until(() => connections.length === 2 && connections.every((connection) => connection.ended));
  expect(connections.map((connection) => connection.text)).toEqual(['before, still', 'after']);
});

test('fault 48: a path that somebody else has taken is not taken back', async () => {
  const first = server();
  await first.stream.listen();
  unlinkSync(path);
  const second = server();
  await second.stream.listen();
  await expect(first.stream.reopen()).rejects.toThrow('another process is already receiving on this socket');
  expect(second.stream.isReachable).toBe(true);
  await second.stream.stop(now);
  await first.stream.reopen();
  expect(first.stream.isReachable).toBe(true);
});

test('fault 48: a sender blocks while the server is paused, and nothing is lost', async () => {
  const { stream, connections } = server();
  await stream.listen();
  stream.connections.pause();
  const sender = await open();
  const part = Buffer.alloc(64 * 1024, 'x');
  let parts = 0;
  while (sender.write(part) || parts < 40) parts++;
  const whole = (parts + 1) * part.length;
  await new Promise((resolve) => setImmediate(resolve));
  expect(sender.writableLength).toBeGreaterThan(0);
  expect(connections[0]?.text ?? '').toBe('');
  stream.connections.resume();
  sender.end();
  await until(() => connections[0]?.ended === true);
  expect(connections[0]?.text.length).toBe(whole);
});

test('connections over the limit wait unread until one ends, in the order in which they came', async () => {
  const { stream, connections } = server({ maxConnections: 1 });
  await stream.listen();
  const [first, second, third] = [await open(), await open(), await open()];
  second.write('second');
  third.write('third');
  await until(() => stream.connections.waitingConnections === 2);
  expect(connections).toEqual([{ text: '', ended: false }]);
  first.end();
  await until(() => connections[1]?.text === 'second');
  second.end();
  await until(() => connections[2]?.text === 'third');
  third.end();
});

test('connections that not even may wait are closed and counted', async () => {
  const { stream } = server({ maxConnections: 1, maxWaitingConnections: 1 });
  await stream.listen();
  const sockets = [await open(), await open(), await open()];
  await until(() => stream.connections.refused === 1);
  expect(stream.connections.accepted).toBe(2);
  for (const socket of sockets) socket.destroy();
});

test('fault 7: a stop reads what the kernel has taken, although the sender does not close', async () => {
  const { stream, connections } = server({ maxConnections: 1 });
  await stream.listen();
  stream.connections.pause();
  const [sender, waiting] = [await open(), await open()];
  const failures: (string | undefined)[] = [];
  sender.on('error', (error: NodeJS.ErrnoException) => failures.push(error.code));
  await new Promise((resolve) => sender.write('held by the kernel', resolve));
  await new Promise((resolve) => waiting.write('held as well', resolve));
  const stopped = stream.stop(never);
  stream.connections.resume();
  await stopped;
  expect(connections).toEqual([
    { text: 'held by the kernel', ended: true },
    { text: 'held as well', ended: true },
  ]);
  sender.write('too late');
  await until(() => failures.length > 0 || sender.destroyed);
});

test('fault 7: a stop reads connections that nobody has accepted yet', async () => {
  const { stream, connections } = server();
  await stream.listen();
  // While this process waits for the other one, its event loop accepts nothing.
  const script = "const s = require('net').connect(process.argv[1], () => s.write('early', () => process.exit()))";
  spawnSync(process.execPath, ['-e', script, path]);
  expect(stream.connections.accepted).toBe(0);
  await stream.stop(never);
  expect(connections).toEqual([{ text: 'early', ended: true }]);
});

test('a connection that comes during a pause is not read before its end', async () => {
  const { stream, connections } = server();
  await stream.listen();
  stream.connections.pause();
  (await open()).end('hello');
  await until(() => stream.connections.accepted === 1);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(connections).toEqual([{ text: '', ended: false }]);
  stream.connections.resume();
  await until(() => connections[0]?.ended === true);
  expect(connections[0]?.text).toBe('hello');
});

test('a stop cuts connections off when the grace is over', async () => {
  const { stream, connections } = server();
  await stream.listen();
  const sender = await open();
  await new Promise((resolve) => sender.write('x', resolve));
  await until(() => connections.length === 1);
  stream.connections.pause();
  await stream.stop(now);
  expect(connections[0]?.ended).toBe(true);
  sender.destroy();
});
