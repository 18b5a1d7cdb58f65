import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { replayCommand } from './replay-command.ts';

let directory: string;
let printed: string;
let received: string[];
let servers: Server[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'replay-command-'));
  printed = '';
  received = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  servers = ['http.socket', 'network.socket'].map((name) =>
    createServer((socket) => {
      socket.on('data', (chunk) => void received.push(...chunk.toString().trimEnd().split('\n')));
    }).listen(at(name)),
  );
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of servers) server.close();
  await rm(directory, { recursive: true });
});

const at = (name: string): string => join(directory, name);
const START_NS = 1_700_000_000_000_000_000n;
const lineAt = (side: string, ms: number): string =>
  `{"side":"${side}","timestamp":${START_NS + BigInt(ms) * 1_000_000n}}`;

async function replay(...options: readonly string[]): Promise<void> {
  const files = ['--http', at('http'), '--network', at('network')];
  const sockets = ['--http-socket', at('http.socket'), '--network-socket', at('network.socket')];
  await replayCommand()
    .exitOverride()
    .parseAsync([...files, ...sockets, ...options], { from: 'user' });
}

async function write(http: readonly string[], network: readonly string[]): Promise<void> {
  await writeFile(at('http'), `${http.join('\n')}\n`);
  await writeFile(at('network'), `${network.join('\n')}\n`);
}

it('sends both files as one stream, byte for byte, and says how much that was', async () => {
  // So far apart that they arrive in their order although they take two ways.
  await write([lineAt('a', 20_000), lineAt('a', 60_000)], [lineAt('b', 0), lineAt('b', 40_000)]);
  await replay('--speed', '200', '--json');
  expect(received).toEqual([lineAt('b', 0), lineAt('a', 20_000), lineAt('b', 40_000), lineAt('a', 60_000)]);
  expect(JSON.parse(printed)).toEqual({ http_lines: 2, network_lines: 2 });
});

it('lets the first event happen now, and the others as far behind it as they were', async () => {
  await write([lineAt('a', 5)], [lineAt('b', 0)]);
  const before = BigInt(Date.now()) * 1_000_000n;
  await replay('--now');
  const times = received.map((line) => BigInt(/\d{19}/.exec(line)?.[0] ?? 0)).toSorted((a, b) => (a < b ? -1 : 1));
  expect((times[1] ?? 0n) - (times[0] ?? 0n)).toBe(5_000_000n);
  expect(times[0]).toBeGreaterThanOrEqual(before);
  expect(times[0]).toBeLessThan(before + 60_000_000_000n);
});

it('names the line that has no time, and sends nothing', async () => {
  await write([lineAt('a', 0), '{"side":"a"}'], [lineAt('b', 0)]);
  await expect(replay()).rejects.toMatchObject({
    exitCode: 2,
    message: `${at('http')}:2: no "timestamp" in nanoseconds (19 digits)`,
  });
  expect(received).toEqual([]);
});

it('says which socket nobody listens at, and leaves none open', async () => {
  await write([lineAt('a', 0)], [lineAt('b', 0)]);
  const left = new Promise((resolve) => servers[0]?.once('connection', (socket) => socket.once('close', resolve)));
  await expect(replay('--network-socket', at('nobody'))).rejects.toMatchObject({
    exitCode: 1,
    message: expect.stringContaining(at('nobody')) as string,
  });
  await left;
});

it('ends with an error when the other side goes away', async () => {
  servers[0]?.on('connection', (socket) => socket.once('data', () => socket.destroy()));
  const many = Array.from({ length: 200 }, (_, i) => lineAt('a', i * 100));
  await write(many, [lineAt('b', 20_000)]);
  await expect(replay('--speed', '20')).rejects.toThrow(at('http.socket'));
});
