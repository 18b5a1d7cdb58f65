import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, VirtualClock } from '@logweave/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.ts';
import { generateEvents } from './generated-event.ts';
import { type SendPacedOptions, type SendSummary, sendPaced } from './send-paced.ts';

/** Takes what is sent to a path. */
class Sink {
  text = '';
  readonly connections: Socket[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((socket) => {
      this.connections.push(socket);
      socket.on('data', (chunk) => {
        this.text += chunk.toString();
      });
    });
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(path, () => resolve()));
  }

  async close(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** Lets time pass as fast as the sender waits for it. */
class HurryingClock extends VirtualClock implements Clock {
  jumpedMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.jumpedMs;
  }

  override async sleep(delayMs: number): Promise<void> {
    await this.advance(delayMs);
  }
}

const STREAM = { durationMs: 3_000, ratePerSecond: 500, seed: 11 };

describe('sending at a pace', () => {
  let directory: string;
  let http: Sink;
  let network: Sink;
  let clock: HurryingClock;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'send-paced-'));
    http = new Sink();
    network = new Sink();
    clock = new HurryingClock();
    await http.listen(join(directory, 'http'));
    await network.listen(join(directory, 'network'));
  });

  afterEach(async () => {
    await http.close();
    await network.close();
    await rm(directory, { recursive: true });
  });

  function send(options: Partial<SendPacedOptions> = {}): Promise<SendSummary> {
    return sendPaced({
      stream: new EventStream(STREAM),
      httpSocket: join(directory, 'http'),
      networkSocket: join(directory, 'network'),
      clock,
      ...options,
    });
  }

  it('every line goes into the socket of its side, in order, and is counted', async () => {
    const summary = await send();
    const expected = { A: '', B: '' };
    const lines = { A: 0, B: 0 };
    for (const { side, line } of generateEvents(STREAM)) {
      expected[side] += `${line.toString()}\n`;
      lines[side]++;
    }
    await expect.poll(() => http.text.length + network.text.length).toBe(expected.A.length + expected.B.length);
    expect(http.text).toBe(expected.A);
    expect(network.text).toBe(expected.B);
    expect(summary.http).toMatchObject({ lines: lines.A, bytes: expected.A.length, connections: 1 });
    expect(summary.network).toMatchObject({ lines: lines.B, bytes: expected.B.length, connections: 1 });
  });

  it('takes as long as the stream lasts', async () => {
    const { elapsedMs, leftOutMs } = await send();
    expect(elapsedMs).toBeGreaterThan(2_900);
    expect(elapsedMs).toBeLessThan(3_100);
    expect(leftOutMs).toBe(0);
  });

  it('connects anew after a break, goes on, and leaves out the time in which nobody listened', async () => {
    const stream = new EventStream({ ...STREAM, durationMs: 20_000 });
    let broken = false;
    const summary = await send({
      stream,
      reconnect: true,
      progress: () => {
        if (broken) return;
        broken = true;
        for (const socket of [...http.connections, ...network.connections]) socket.destroy();
        clock.jumpedMs = 5_000;
      },
    });
    expect(summary.http.connections).toBe(2);
    expect(summary.network.connections).toBe(2);
    expect(summary.leftOutMs).toBeGreaterThan(3_500);
    const last = http.text.trimEnd().split('\n').at(-1) ?? '';
    const lastMs = Number(/"timestamp":(\d{13})/.exec(last)?.[1]);
    expect(Math.abs(lastMs - stream.options.startMs - summary.elapsedMs)).toBeLessThan(1_500);
  });

  it('fails when nobody listens and it is not to wait', async () => {
    await expect(send({ httpSocket: join(directory, 'nobody') })).rejects.toThrow('ENOENT');
  });

  it('ends when it is told to', async () => {
    const controller = new AbortController();
    const { elapsedMs } = await send({
      stream: new EventStream({ ...STREAM, durationMs: 1e9 }),
      signal: controller.signal,
      progress: () => controller.abort(),
    });
    expect(elapsedMs).toBeLessThan(2_000);
  });
});
