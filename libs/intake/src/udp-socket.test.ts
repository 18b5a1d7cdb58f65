import { createSocket } from 'node:dgram';
import { afterEach, expect, test, vi } from 'vitest';
import type { DatagramBlock } from './datagram-receiver.ts';
import { UdpSocket, type UdpSocketOptions } from './udp-socket.ts';

vi.setConfig({ testTimeout: 30_000 });

const sockets: UdpSocket[] = [];

afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.stop()));
});

interface Received {
  readonly text: string;
  readonly originalLength: number;
  readonly sender: string;
}

async function open(options: Partial<UdpSocketOptions> = {}, keep = false) {
  const received: Received[] = [];
  const blocks: DatagramBlock[] = [];
  const socket = new UdpSocket(
    {
      address: '127.0.0.1',
      port: 0,
      receiveBufferBytes: 1 << 17,
      maxDatagramBytes: 65_536,
      maxQueuedBytes: 1 << 24,
      ...options,
    },
    {
      block: (block) => {
        blocks.push(block);
        let from = 0;
        for (let i = 0; i < block.count; i++) {
          const end = from + block.storedLength(i);
          const text = block.bytes.toString('latin1', from, end);
          const sender = (block.sender(i) ?? []).join('.');
          received.push({ text, originalLength: block.originalLength(i), sender });
          from = end + 1;
        }
        if (!keep) block.release();
      },
      failed: (error) => expect.fail(error.message),
    },
  );
  sockets.push(socket);
  await socket.open();
  return { socket, received, blocks };
}

/** Resolves when the kernel has taken all of them. */
async function send(socket: UdpSocket, datagrams: readonly Buffer[], address = '127.0.0.1'): Promise<void> {
  const client = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  for (const datagram of datagrams) {
    await new Promise<void>((resolve, reject) => {
      client.send(datagram, socket.port, address, (error) => (error === null ? resolve() : reject(error)));
    });
  }
  client.close();
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 2, timeout: 20_000 }).toBe(true);
}

test('datagrams arrive whole, with the address of their sender, and all that the kernel has by the stop', async () => {
  const { socket, received } = await open();
  const texts = Array.from({ length: 200 }, (_, i) => `<34>datagram ${i}\0\xff\n`);
  await send(socket, [...texts.map((text) => Buffer.from(text, 'latin1')), Buffer.alloc(0)]);
  await socket.stop();
  expect(received.map(({ text }) => text)).toEqual(texts);
  expect(new Set(received.map(({ sender }) => sender))).toEqual(new Set(['127.0.0.1']));
  expect([socket.takeDropped(), socket.takeKernelDropped()]).toEqual([0, 0]);
});

test('an address of IPv6 works as well', async () => {
  const { socket, received } = await open({ address: '::1' });
  await send(socket, [Buffer.from('six')], '::1');
  await until(() => received.length === 1);
  expect(received).toEqual([{ text: 'six', originalLength: 3, sender: `${'0.'.repeat(15)}1` }]);
});

test('fault 36: a datagram at the limit is whole, and one a byte longer is cut off with its length known', async () => {
  const { socket, received } = await open({ maxDatagramBytes: 1_024 });
  await send(socket, [Buffer.alloc(1_024, 'x'), Buffer.alloc(1_025, 'y'), Buffer.from('after')]);
  await until(() => received.length === 3);
  expect(received.map(({ text, originalLength }) => [text.length, originalLength])).toEqual([
    [1_024, 1_024],
    [1_024, 1_025],
    [5, 5],
  ]);
});

test('what does not fit the queue is dropped and counted, none twice and none unseen', async () => {
  const { socket, received, blocks } = await open({ maxQueuedBytes: 65_536 }, true);
  const count = 400;
  for (let sent = 0; sent < count; sent += 20) {
    await send(
      socket,
      Array.from({ length: 20 }, () => Buffer.alloc(500, 'x')),
    );
  }
  await socket.stop();
  const dropped = socket.takeDropped();
  expect(dropped).toBeGreaterThan(0);
  // On a busy machine the kernel's buffer may be full as well.
  expect(received.length + dropped + socket.takeKernelDropped()).toBe(count);
  expect(socket.queuedBytes).toBeLessThanOrEqual(65_536);
  for (const block of blocks) block.release();
  expect(socket.queuedBytes).toBe(0);
});

test('what the kernel has dropped is counted as well', async () => {
  const { socket, received } = await open({ receiveBufferBytes: 4_096 });
  expect(socket.receiveBufferBytes).toBeLessThan(65_536);
  const client = createSocket('udp4');
  let sent = 0;
  let kernelDropped = 0;
  // In one turn of the loop each, so that the thread that receives falls behind.
  while (kernelDropped === 0 && sent < 200_000) {
    const burst = Array.from({ length: 500 }, () => Buffer.alloc(200, 'x'));
    await Promise.all(
      burst.map((bytes) => new Promise((resolve) => client.send(bytes, socket.port, '127.0.0.1', resolve))),
    );
    sent += burst.length;
    kernelDropped += socket.takeKernelDropped();
  }
  client.close();
  await until(() => received.length + socket.takeDropped() + kernelDropped === sent);
  expect(kernelDropped).toBeGreaterThan(0);
});

test('fault 62: a port that somebody else has is refused', async () => {
  const { socket } = await open();
  await expect(open({ port: socket.port })).rejects.toThrow(`EADDRINUSE`);
  sockets.pop();
});
