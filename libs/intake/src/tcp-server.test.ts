import { connect, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { IdleTimer, StreamConnection } from './stream-connections.ts';
import { TcpServer, type TcpServerOptions } from './tcp-server.ts';

vi.setConfig({ testTimeout: 30_000 });

const never = new Promise<void>(() => undefined);
const now = Promise.resolve();
const servers: TcpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(now)));
});

/** Time that passes when it is told to. */
class HandClock implements IdleTimer {
  #nowMs = 0;
  #timers: { readonly dueMs: number; readonly run: () => void }[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  advance(ms: number): void {
    for (const untilMs = this.#nowMs + ms; this.#nowMs < untilMs; ) {
      this.#nowMs++;
      const due = this.#timers.filter(({ dueMs }) => dueMs <= this.#nowMs);
      this.#timers = this.#timers.filter((timer) => !due.includes(timer));
      for (const { run } of due) run();
    }
  }
}

interface Received {
  readonly own: StreamConnection;
  text: string;
  ended: boolean;
}

async function listen(options: Partial<TcpServerOptions> = {}): Promise<{ server: TcpServer; received: Received[] }> {
  const received: Received[] = [];
  const server = new TcpServer(
    { address: '127.0.0.1', port: 0, tls: null, maxConnections: 8, maxWaitingConnections: 8, ...options },
    {
      accept: (own) => {
        const connection: Received = { own, text: '', ended: false };
        received.push(connection);
        return {
          data: (chunk) => (connection.text += chunk.toString('latin1')),
          end: () => (connection.ended = true),
        };
      },
      acceptFailed: (error) => expect.fail(error.message),
      handshakeFailed: (_, __, error) => expect.fail(error.message),
    },
  );
  servers.push(server);
  await server.listen();
  return { server, received };
}

function open(server: TcpServer, host = '127.0.0.1'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, host, () => resolve(socket));
    socket.once('error', reject);
  });
}

function closed(socket: Socket): Promise<unknown> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', resolve));
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 2, timeout: 20_000 }).toBe(true);
}

test('each connection has a receiver of its own that knows the address of its sender', async () => {
  const { server, received } = await listen();
  const [first, second] = [await open(server), await open(server)];
  first.end('one');
  second.end('two');
  await until(() => received.length === 2 && received.every(({ ended }) => ended));
  expect(received.map(({ text }) => text).sort()).toEqual(['one', 'two']);
  expect(received.map(({ own }) => own.peer)).toEqual(['127.0.0.1', '127.0.0.1']);
});

test('fault 62: a port that somebody else has is refused', async () => {
  const { server } = await listen();
  await expect(listen({ port: server.port })).rejects.toThrow('EADDRINUSE');
});

test('fault 49: as many connections as may be are read, the next ones wait, and those beyond are closed', async () => {
  const { server, received } = await listen({ maxConnections: 2, maxWaitingConnections: 1 });
  const sockets = [await open(server), await open(server), await open(server)];
  sockets.forEach((socket, i) => socket.write(`${i}`));
  await until(() => received.filter(({ text }) => text !== '').length === 2);
  expect([server.connections.connections, server.connections.waitingConnections]).toEqual([2, 1]);
  await closed(await open(server));
  expect([server.connections.accepted, server.connections.refused]).toEqual([3, 1]);
  sockets[0]?.end();
  await until(() => received.some(({ text }) => text === '2'));
  for (const socket of sockets) socket.end();
});

test('fault 49: a connection that brings nothing for its time is closed, one that brings something is not', async () => {
  const clock = new HandClock();
  const { server, received } = await listen({ idle: { timeoutMs: 4_000, clock } });
  const [idle, busy] = [await open(server), await open(server)];
  const idleClosed = closed(idle);
  await until(() => received.length === 2);
  clock.advance(3_000);
  busy.write('x');
  await until(() => received.some(({ text }) => text === 'x'));
  expect(server.connections.idled).toBe(0);
  clock.advance(1_000);
  await idleClosed;
  await until(() => server.connections.connections === 1);
  expect(server.connections.idled).toBe(1);
  clock.advance(2_000);
  expect(server.connections.connections).toBe(1);
  busy.end();
});

test('fault 49: a sender that is not read is not idle', async () => {
  const clock = new HandClock();
  const { server, received } = await listen({ idle: { timeoutMs: 4_000, clock } });
  const sender = await open(server);
  await until(() => received.length === 1);
  server.connections.pause();
  clock.advance(60_000);
  server.connections.resume();
  clock.advance(3_000);
  expect(server.connections.idled).toBe(0);
  sender.end('late');
  await until(() => received[0]?.text === 'late');
});

test('a receiver can close its connection', async () => {
  const { server, received } = await listen();
  const sender = await open(server);
  const senderClosed = closed(sender);
  await until(() => received.length === 1);
  received[0]?.own.close();
  await senderClosed;
  await until(() => received[0]?.ended === true);
});

test('fault 7: a stop reads what the kernel has taken, and takes no new connections', async () => {
  const { server, received } = await listen();
  const sender = await open(server);
  await until(() => received.length === 1);
  server.connections.pause();
  await new Promise((resolve) => sender.write('x'.repeat(100_000), resolve));
  server.connections.resume();
  await server.stop(never);
  expect(received.map(({ text, ended }) => [text.length, ended])).toEqual([[100_000, true]]);
  await expect(open(server)).rejects.toThrow();
  sender.destroy();
});

test('fault 7: a stop cuts off a sender that goes on for longer than its grace', async () => {
  const { server, received } = await listen();
  const sender = await open(server);
  const senderClosed = closed(sender);
  const flood = (): void => void sender.write('x'.repeat(65_536), (error) => error == null && setImmediate(flood));
  flood();
  await until(() => (received[0]?.text.length ?? 0) > 1_000_000);
  await server.stop(new Promise((resolve) => setImmediate(resolve)));
  expect(received[0]?.ended).toBe(true);
  await senderClosed;
});
