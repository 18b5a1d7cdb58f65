import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventLogError } from '@logweave/event-log';
import { LIMITS } from '@logweave/model';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SocketConfig, SocketIngestorConfig } from './config.ts';
import { EagerClock } from './eager-clock.ts';
import { RecordingEventLog } from './recording-event-log.ts';
import { createSocketIngestor } from './socket-ingestor.ts';

// Clients are processes of their own, which take their time to start on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let directory: string;
let running: { stop(): Promise<void> }[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-'));
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((service) => service.stop()));
  rmSync(directory, { recursive: true });
});

function socketConfig(name: string, change: Partial<SocketConfig> = {}): SocketConfig {
  return {
    name,
    path: join(directory, name),
    type: 'stream',
    source: 'A',
    mode: 0o660,
    owner: null,
    group: null,
    maxConnections: 8,
    maxDatagramBytes: 65_536,
    maxQueuedBytes: 1 << 20,
    ...change,
  };
}

const rules = { keyFields: ['src_ip', 'src_port'], time: 'event_or_arrival', maxFutureSkewMs: 300_000 } as const;

function ingestor(sockets: readonly SocketConfig[], change: Partial<SocketIngestorConfig> = {}) {
  const log = new RecordingEventLog();
  const clock = new EagerClock();
  const metrics = new Registry();
  const messages: string[] = [];
  const note = (_fields: object, message?: string): void => void messages.push(message ?? '');
  const service = createSocketIngestor(
    {
      sockets,
      topics: { http: 't.http', network: 't.network', deadLetter: 't.dead-letter' },
      rules: { A: { side: 'A', ...rules }, B: { side: 'B', ...rules } },
      raw: null,
      maxInFlightBytes: 1 << 24,
      spool: null,
      stopGraceMs: 10_000,
      ...change,
    },
    { eventLog: log, clock, metrics, log: { info: note, warn: note, error: note } },
  );
  running.push(service);
  return { service, log, clock, metrics, messages };
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', reject);
  });
}

const event = (port: number, more = ''): string => `{"src_ip":"192.0.2.1","src_port":${port}${more}}`;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { interval: 2, timeout: 20_000 }).toBe(true);
}

test('each socket feeds the topic of its source, several producers at once', async () => {
  const { service, log, clock } = ingestor([socketConfig('a'), socketConfig('b', { source: 'B' })]);
  await service.start();
  expect(service.readiness()).toEqual({ ready: true, detail: 'receiving on 2 sockets' });
  const producers = await Promise.all(['a', 'a', 'b'].map((name) => open(join(directory, name))));
  producers.forEach((producer, i) => producer.end(`${event(i)}\n`));
  await until(() => log.records('t.http').length === 2 && log.records('t.network').length === 1);
  expect(log.values('t.http').sort()).toEqual([event(0), event(1)]);
  expect(log.values('t.network')).toEqual([event(2)]);
  expect(log.records('t.network')[0]?.timestampMs).toBe(clock.wallMs());
});

test('fault 37: a half line at the end of a connection is not glued to the next one', async () => {
  const { service, log } = ingestor([socketConfig('a')]);
  await service.start();
  (await open(join(directory, 'a'))).end(`\uFEFF${event(1)}\r\n\n${event(2)}\n{"src_ip":"192.0`);
  await until(() => log.deadLetters().length === 1);
  (await open(join(directory, 'a'))).end(`.2.1","src_port":3}\n${event(4)}`);
  await until(() => log.records('t.http').length === 3);
  expect(log.values('t.http').sort()).toEqual([event(1), event(2), event(4)]);
  expect(log.deadLetters().map(({ value }) => value.toString())).toEqual(['{"src_ip":"192.0', '.2.1","src_port":3}']);
});

test('fault 37: a line that comes in pieces beside those of another producer stays whole', async () => {
  const { service, log } = ingestor([socketConfig('a')]);
  await service.start();
  const producers = await Promise.all([1, 2].map(() => open(join(directory, 'a'))));
  const lines = [event(1, ',"x":"first"'), event(2, ',"x":"second"')];
  for (let from = 0; from < 40; from += 7) {
    for (const [i, producer] of producers.entries()) {
      await new Promise((resolve) => producer.write(lines[i]?.slice(from, from + 7) ?? '', resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  for (const [i, producer] of producers.entries()) producer.end(`${lines[i]?.slice(42) ?? ''}\n`);
  await until(() => log.records('t.http').length === 2);
  expect(log.values('t.http').sort()).toEqual(lines);
});

test('fault 36: 300 MB without a newline leave 4 KiB, and memory does not grow with them', async () => {
  const { service, log } = ingestor([socketConfig('a')]);
  await service.start();
  const producer = await open(join(directory, 'a'));
  const part = Buffer.alloc(1 << 20, 'x');
  let peakBytes = 0;
  for (let i = 0; i < 300; i++) {
    await new Promise((resolve) => producer.write(part, resolve));
    peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers);
  }
  producer.end(`\n${event(1)}\n`);
  await until(() => log.records('t.http').length === 1);
  const [letter] = log.deadLetters();
  expect([letter?.reason, letter?.value.length]).toEqual(['line_too_long', LIMITS.deadLetterPreviewBytes]);
  expect(letter?.headers.get('original_length')).toBe(String(300 << 20));
  // What is read is garbage at once, but collected only now and then.
  expect(peakBytes).toBeLessThan(150 << 20);
});

test('fault 48: while the log is behind a stream sender blocks, and all of it arrives in its order', async () => {
  const { service, log, clock, metrics } = ingestor([socketConfig('a')], { maxInFlightBytes: 1 << 20 });
  await service.start();
  log.held = true;
  const producer = await open(join(directory, 'a'));
  const count = 20_000;
  let refused = 0;
  for (let i = 0; i < count; i++) {
    if (!producer.write(`${event(1, `,"n":${i},"x":"${'y'.repeat(300)}"`)}\n`)) refused++;
  }
  producer.end();
  await until(async () => (await value(metrics, 'logweave_ingest_in_flight_bytes')) > 1 << 20);
  expect(refused).toBeGreaterThan(0);
  expect(producer.writableLength).toBeGreaterThan(1 << 20);
  expect(service.readiness().detail).toBe('receiving on 1 sockets, waiting for the event log');
  await clock.advance(3_000);
  // One chunk of each connection may come after the pause.
  expect(await value(metrics, 'logweave_ingest_in_flight_bytes')).toBeLessThan(3 << 20);
  log.release();
  await until(() => log.records('t.http').length === count);
  const numbers = log.values('t.http').map((text) => Number(/"n":(\d+)/.exec(text)?.[1]));
  expect(numbers).toEqual(Array.from({ length: count }, (_, i) => i));
  expect(await value(metrics, 'logweave_ingest_backpressure_seconds_total')).toBe(3);
});

const SEND_DATAGRAMS = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(sys.argv[1])
for line in sys.stdin.read().split('\\0'):
    s.send(line.encode())
`;
const hasPython = spawnSync('python3', ['--version']).status === 0;

async function sendDatagrams(path: string, datagrams: readonly string[]): Promise<void> {
  const client = spawn('python3', ['-c', SEND_DATAGRAMS, path], { stdio: ['pipe', 'ignore', 'inherit'] });
  client.stdin.end(datagrams.join('\0'));
  await new Promise((resolve) => client.once('exit', resolve));
}

test.runIf(hasPython)('a datagram is one or more lines, and what is cut off it is a dead letter', async () => {
  const { service, log } = ingestor([socketConfig('d', { type: 'datagram', maxDatagramBytes: 1024 })]);
  await service.start();
  const long = event(4, `,"x":"${'y'.repeat(1_000)}"`);
  await sendDatagrams(join(directory, 'd'), [
    event(1),
    `${event(2)}\n\n${event(3)}\n`,
    `${event(5)}\n${long}`,
    event(6),
  ]);
  await service.stop();
  expect(log.values('t.http').sort()).toEqual([1, 2, 3, 5, 6].map((port) => event(port)));
  const [letter] = log.deadLetters();
  expect(letter?.reason).toBe('datagram_truncated');
  expect(letter?.message).toBe(`a datagram of ${event(5).length + 1 + long.length} bytes was cut off after 1024`);
  expect(letter?.value.toString()).toBe(long.slice(0, 1024 - event(5).length - 1));
});

test.runIf(hasPython)(
  'fault 48: while the log is behind datagrams are dropped and counted, none twice and none unseen',
  async () => {
    const { service, log, metrics } = ingestor([socketConfig('d', { type: 'datagram', maxQueuedBytes: 65_536 })], {
      maxInFlightBytes: 65_536,
    });
    await service.start();
    log.held = true;
    const count = 3_000;
    await sendDatagrams(
      join(directory, 'd'),
      Array.from({ length: count }, (_, i) => event(1, `,"n":${i},"x":"${'y'.repeat(200)}"`)),
    );
    await until(async () => (await value(metrics, 'logweave_ingest_datagrams_lost_total')) > 0);
    log.release();
    await service.stop();
    const lost = await value(metrics, 'logweave_ingest_datagrams_lost_total');
    const numbers = log.values('t.http').map((text) => Number(/"n":(\d+)/.exec(text)?.[1]));
    expect(numbers.length + lost).toBe(count);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  },
);

test.runIf(hasPython)('fault 48: datagrams that waited for the log are taken in a little at a time', async () => {
  const { service, log, metrics } = ingestor([socketConfig('d', { type: 'datagram', maxQueuedBytes: 1 << 24 })], {
    maxInFlightBytes: 65_536,
  });
  await service.start();
  log.held = true;
  const count = 5_000;
  await sendDatagrams(
    join(directory, 'd'),
    Array.from({ length: count }, () => event(1, `,"x":"${'y'.repeat(200)}"`)),
  );
  await until(() => log.appends > 0);
  expect(await value(metrics, 'logweave_ingest_in_flight_bytes')).toBeLessThan(400_000);
  log.release();
  await service.stop();
  expect(log.records('t.http')).toHaveLength(count);
  // A block of up to 128 KiB may come on top of what fills the queue.
  expect(Math.max(...log.batches.map(({ records }) => records.length))).toBeLessThan(1_200);
  expect(await value(metrics, 'logweave_ingest_datagrams_lost_total')).toBe(0);
});

test('fault 62: a second ingestor on a socket is refused, opens none of its others, and the first goes on', async () => {
  const first = ingestor([socketConfig('a')]);
  await first.service.start();
  const second = ingestor([socketConfig('b'), socketConfig('a'), socketConfig('c', { type: 'datagram' })]);
  await expect(second.service.start()).rejects.toThrow(
    `${join(directory, 'a')}: another process is already receiving on this socket`,
  );
  expect(readdirSync(directory)).toEqual(['a']);
  expect(second.log.closed).toBe(true);
  (await open(join(directory, 'a'))).end(event(1));
  await until(() => first.log.records('t.http').length === 1);
  expect(statSync(join(directory, 'a')).mode & 0o7777).toBe(0o660);
});

test('fault 48: a socket file that was removed is made anew', async () => {
  const { service, log, clock, metrics, messages } = ingestor([socketConfig('a')]);
  await service.start();
  unlinkSync(join(directory, 'a'));
  await clock.advance(5_000);
  await until(() => messages.includes('socket file was gone and is made anew'));
  (await open(join(directory, 'a'))).end(event(1));
  await until(() => log.records('t.http').length === 1);
  expect(await value(metrics, 'logweave_ingest_sockets_reopened_total')).toBe(1);
});

test('fault 62: a socket that another process has taken over is not taken back while it lives', async () => {
  const first = ingestor([socketConfig('a')]);
  await first.service.start();
  unlinkSync(join(directory, 'a'));
  const second = ingestor([socketConfig('a')]);
  await second.service.start();
  await first.clock.advance(5_000);
  const detail = `${join(directory, 'a')}: another process is already receiving on this socket`;
  await until(() => !first.service.readiness().ready);
  expect(first.service.readiness()).toEqual({ ready: false, detail });
  await second.service.stop();
  await first.clock.advance(5_000);
  await until(() => first.service.readiness().ready);
  expect(first.messages).toEqual(['socket open', 'socket file is lost', 'socket file was gone and is made anew']);
});

test('a topic that does not exist stops the start before any socket opens', async () => {
  const topics = { http: 't.http', network: 't.elsewhere', deadLetter: 't.dead-letter' };
  const { service } = ingestor([socketConfig('a')], { topics });
  await expect(service.start()).rejects.toThrow('topic t.elsewhere does not exist');
  expect(existsSync(join(directory, 'a'))).toBe(false);
});

const FLOOD = `
const socket = require('node:net').connect(process.argv[1]);
const line = (i) => '{"src_ip":"192.0.2.1","src_port":1,"n":' + i + ',"x":"' + 'y'.repeat(400) + '"}\\n';
let written = 0;
socket.on('error', () => { console.log(written); process.exit(); });
const next = () => socket.write(Array.from({ length: 50 }, (_, k) => line(written + k)).join(''), (error) => {
  if (error == null) { written += 50; next(); }
});
next();
`;

test('fault 7: a stop under load appends every line that the kernel had taken from its sender', async () => {
  const { service, log } = ingestor([socketConfig('a')]);
  await service.start();
  const sender = spawn(process.execPath, ['-e', FLOOD, join(directory, 'a')], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  sender.stdout.on('data', (text: Buffer) => (printed += text.toString()));
  const ended = new Promise((resolve) => sender.once('close', resolve));
  await until(() => log.records('t.http').length > 2_000);
  await service.stop();
  await ended;
  expect(log.closed).toBe(true);
  const numbers = log.values('t.http').map((text) => Number(/"n":(\d+)/.exec(text)?.[1]));
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i));
  expect(numbers.length).toBeGreaterThanOrEqual(Number(printed));
  expect(existsSync(join(directory, 'a'))).toBe(false);
});

test('fault 7: a stop waits for the log and is done once, however often it is asked for', async () => {
  const { service, log } = ingestor([socketConfig('a')]);
  await service.start();
  log.held = true;
  (await open(join(directory, 'a'))).end(`${event(1)}\n{"half`);
  await until(() => log.appends >= 1);
  let stopped = false;
  const stops = [service.stop(), service.stop()].map((stop) => stop.then(() => (stopped = true)));
  expect(service.readiness()).toEqual({ ready: false, detail: 'stopping' });
  await until(() => !existsSync(join(directory, 'a')));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect([stopped, log.closed]).toEqual([false, false]);
  log.release();
  await Promise.all(stops);
  expect(log.values('t.http')).toEqual([event(1)]);
  expect(log.deadLetters().map(({ value }) => value.toString())).toEqual(['{"half']);
});

test('fault 7: when the log stays behind, a stop cuts senders off after the grace', async () => {
  const { service, log, clock } = ingestor([socketConfig('a')], { maxInFlightBytes: 1 << 20 });
  await service.start();
  log.held = true;
  const producer = await open(join(directory, 'a'));
  producer.on('error', () => undefined);
  for (let i = 0; i < 20; i++) producer.write(`${event(1, `,"x":"${'y'.repeat(200_000)}"`)}\n`);
  await until(() => service.readiness().detail.endsWith('waiting for the event log'));
  const stopped = service.stop();
  await until(() => !existsSync(join(directory, 'a')));
  await clock.advance(10_000);
  await until(() => producer.destroyed);
  log.release();
  await stopped;
  expect(log.records('t.http').length).toBeGreaterThan(0);
});

test('a log that refuses for good fails the service, which then stops at once', async () => {
  const { service, log, messages } = ingestor([socketConfig('a')]);
  await service.start();
  log.failure = new EventLogError('record_too_large', 'the record is too large');
  const producer = await open(join(directory, 'a'));
  producer.on('error', () => undefined);
  producer.write(`${event(1)}\n`);
  expect((await service.failure).message).toBe('the record is too large');
  expect(service.readiness()).toEqual({ ready: false, detail: 'the record is too large' });
  await service.stop();
  expect(messages).toEqual(['socket open', 'cannot go on', 'sockets closed']);
});

test('the metrics count lines, bytes, dead letters by reason, connections and records', async () => {
  const { service, log, metrics } = ingestor([socketConfig('a')]);
  await service.start();
  const producer = await open(join(directory, 'a'));
  producer.write(`${event(1)}\n{}\nnonsense\n${event(2)}\n`);
  await until(() => log.deadLetters().length === 2);
  const text = await metrics.metrics();
  for (const line of [
    'logweave_ingest_lines_total{socket="a"} 4',
    `logweave_ingest_bytes_total{socket="a"} ${2 * event(1).length + 2 + 8}`,
    'logweave_ingest_dead_letters_total{socket="a",reason="missing_key"} 1',
    'logweave_ingest_dead_letters_total{socket="a",reason="bad_json"} 1',
    'logweave_ingest_connections_count{socket="a",state="reading"} 1',
    'logweave_ingest_connections_accepted_total{socket="a"} 1',
    'logweave_ingest_appended_records_total 4',
    'logweave_ingest_in_flight_bytes 0',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  producer.end();
});

/** The sum of a metric over its labels. */
async function value(metrics: Registry, name: string): Promise<number> {
  // All of them, since some are brought up to date when others are collected.
  const all = await metrics.getMetricsAsJSON();
  const values = all.find((metric) => metric.name === name)?.values ?? [];
  return values.reduce((sum, { value: one }) => sum + one, 0);
}
