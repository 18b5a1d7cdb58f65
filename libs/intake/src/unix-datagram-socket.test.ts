import { spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DatagramBlock } from './datagram-receiver.ts';
import { type DatagramSocketOptions, UnixDatagramSocket } from './unix-datagram-socket.ts';
import { UnixStreamServer } from './unix-stream-server.ts';

// Clients are processes of their own, which take their time to start on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const access = { mode: 0o660, owner: null, group: null };
let directory: string;
let path: string;
const sockets: UnixDatagramSocket[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-'));
  path = join(directory, 'in.socket');
});

afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.stop()));
  rmSync(directory, { recursive: true });
});

interface Received {
  readonly text: string;
  readonly originalLength: number;
}

function socket(
  options: Partial<DatagramSocketOptions> = {},
  keep = false,
): {
  datagrams: UnixDatagramSocket;
  received: Received[];
  blocks: DatagramBlock[];
} {
  const received: Received[] = [];
  const blocks: DatagramBlock[] = [];
  const datagrams = new UnixDatagramSocket(
    { path, access, maxDatagramBytes: 65_536, maxQueuedBytes: 1 << 20, ...options },
    {
      block: (block) => {
        blocks.push(block);
        let from = 0;
        for (let i = 0; i < block.count; i++) {
          const end = from + block.storedLength(i);
          received.push({ text: block.bytes.toString('latin1', from, end), originalLength: block.originalLength(i) });
          from = end + 1;
        }
        if (!keep) block.release();
      },
      failed: (error) => expect.fail(error.message),
    },
  );
  sockets.push(datagrams);
  return { datagrams, received, blocks };
}

const CLIENT = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(sys.argv[1])
for line in sys.stdin:
    size, text = line.split(' ', 1)
    s.send(text.rstrip('\\n').encode('latin1').ljust(int(size), b'.'))
`;

/** Sends datagrams of at least `size` bytes from a process of its own, as a real sender does. */
async function send(datagrams: readonly (readonly [size: number, text: string])[]): Promise<number | null> {
  const client = spawn('python3', ['-c', CLIENT, path], { stdio: ['pipe', 'ignore', 'ignore'] });
  const exited = new Promise<number | null>((resolve) => client.once('exit', resolve));
  client.stdin.end(datagrams.map(([size, text]) => `${size} ${text}\n`).join(''));
  return exited;
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

test.runIf(hasPython)('datagrams of a real client arrive whole and in their order', async () => {
  const { datagrams, received } = socket({ maxQueuedBytes: 1 << 28 });
  await datagrams.open();
  const texts = Array.from({ length: 60_000 }, (_, i) => `datagram ${i}`);
  expect(await send(texts.map((text) => [0, text]))).toBe(0);
  await datagrams.stop();
  // Compared in one piece: a difference of 60,000 lines would take half a minute to print.
  expect(received.map((datagram) => datagram.text).join(' ') === texts.join(' ')).toBe(true);
});

test.runIf(hasPython)(
  'a datagram at the limit is whole and one a byte longer is cut off, with its length known',
  async () => {
    const { datagrams, received } = socket();
    await datagrams.open();
    await send([
      [65_536, 'fits'],
      [65_537, 'does not'],
      [150_000, 'far over'],
      [0, 'after'],
    ]);
    await datagrams.stop();
    expect(received.map(({ text, originalLength }) => [text.length, originalLength])).toEqual([
      [65_536, 65_536],
      [65_536, 65_537],
      [65_536, 150_000],
      [5, 5],
    ]);
  },
);

test.runIf(hasPython)(
  'fault 48: datagrams are dropped and counted while the queue is full, and received again after',
  async () => {
    const { datagrams, received, blocks } = socket({ maxQueuedBytes: 20_000 }, true);
    await datagrams.open();
    expect(await send(Array.from({ length: 1_000 }, () => [99, 'x']))).toBe(0);
    let dropped = 0;
    await expect
      .poll(() => received.length + (dropped += datagrams.takeDropped()), { interval: 2, timeout: 20_000 })
      .toBe(1_000);
    expect(dropped).toBeGreaterThan(500);
    expect(datagrams.queuedBytes).toBeGreaterThan(10_000);
    for (const block of blocks) block.release();
    expect(datagrams.queuedBytes).toBe(0);
    await send([[0, 'again']]);
    await expect.poll(() => received.at(-1)?.text, { interval: 2, timeout: 20_000 }).toBe('again');
    expect(datagrams.takeDropped()).toBe(0);
  },
);

test('fault 48: the datagram socket has its mode, and a stop removes it', async () => {
  const { datagrams } = socket();
  await datagrams.open();
  expect(statSync(path).mode & 0o7777).toBe(0o660);
  await datagrams.stop();
  await datagrams.stop();
  expect(readdirSync(directory)).toEqual([]);
});

test.runIf(hasPython)('fault 48: a stale datagram socket is replaced', async () => {
  spawnSync('python3', [
    '-c',
    'import socket,sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])',
    path,
  ]);
  expect(lstatSync(path).isSocket()).toBe(true);
  const { datagrams, received } = socket();
  await datagrams.open();
  await send([[0, 'hello']]);
  await datagrams.stop();
  expect(received.map((datagram) => datagram.text)).toEqual(['hello']);
});

test.runIf(hasPython)('fault 48: a path that was removed is opened again', async () => {
  const { datagrams, received } = socket();
  await datagrams.open();
  await send([[0, 'before']]);
  unlinkSync(path);
  expect(datagrams.isReachable).toBe(false);
  await datagrams.reopen();
  expect(datagrams.isReachable).toBe(true);
  await send([[0, 'after']]);
  await datagrams.stop();
  expect(received.map((datagram) => datagram.text)).toEqual(['before', 'after']);
});

test('fault 62: neither a datagram nor a stream socket is opened where a datagram socket lives', async () => {
  await socket().datagrams.open();
  await expect(socket().datagrams.open()).rejects.toThrow(
    `${path}: another process is already receiving on this socket`,
  );
  const stream = new UnixStreamServer(
    { path, access, maxConnections: 1, maxWaitingConnections: 1 },
    { accept: () => expect.fail('connected'), acceptFailed: () => undefined },
  );
  await expect(stream.listen()).rejects.toThrow(`${path}: another process is already receiving on this socket`);
  expect(existsSync(path)).toBe(true);
});

test.runIf(hasPython)('fault 7: a stop under load hands over everything that senders could send', async () => {
  const { datagrams, received } = socket({ maxQueuedBytes: 1 << 28 });
  await datagrams.open();
  const script = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(sys.argv[1])
n = 0
try:
    while True:
        s.send(b'%d' % n)
        n += 1
except OSError:
    print(n)
`;
  const client = spawn('python3', ['-c', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  client.stdout.on('data', (text: Buffer) => (printed += text.toString()));
  await expect.poll(() => received.length, { interval: 2, timeout: 20_000 }).toBeGreaterThan(2_000);
  const exited = new Promise((resolve) => client.once('close', resolve));
  await datagrams.stop();
  await exited;
  expect(received.map((datagram) => datagram.text)).toEqual(
    Array.from({ length: Number(printed) }, (_, i) => String(i)),
  );
});
