import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionOf } from '@logweave/event-log';
import { MemoryCluster } from '@logweave/event-log/memory';
import { VirtualClock } from '@logweave/model';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSocketIngestor } from './socket-ingestor.ts';

const PARTITIONS = 4;
const CLIENTS = 50;
const rules = { keyFields: ['src_ip', 'src_port'], time: 'event_or_arrival', maxFutureSkewMs: 300_000 } as const;
const bounds = { retentionMs: null, retentionBytes: null, maxRecordBytes: 2 ** 21 };

const hasPython = spawnSync('python3', ['--version']).status === 0;

let directory: string;
let clock: VirtualClock;
let cluster: MemoryCluster;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-'));
  clock = new VirtualClock();
  cluster = new MemoryCluster({ clock });
  for (const name of ['t.http', 't.network', 't.dead-letter']) {
    cluster.ensureTopic({ name, partitions: PARTITIONS, cleanup: 'delete', ...bounds });
  }
});

afterEach(() => rmSync(directory, { recursive: true }));

/** An ingestor on one socket. */
async function startIngestor({
  maxSpoolBytes = 1 << 26,
  type = 'stream',
}: {
  readonly maxSpoolBytes?: number;
  readonly type?: 'stream' | 'datagram';
} = {}) {
  const metrics = new Registry();
  const service = createSocketIngestor(
    {
      sockets: [
        {
          name: 'a',
          path: join(directory, 'in.socket'),
          type,
          source: 'A',
          mode: 0o600,
          owner: null,
          group: null,
          maxConnections: 8,
          maxDatagramBytes: 65_536,
          maxQueuedBytes: 65_536,
        },
      ],
      topics: { http: 't.http', network: 't.network', deadLetter: 't.dead-letter' },
      rules: { A: { side: 'A', ...rules }, B: { side: 'B', ...rules } },
      raw: null,
      maxInFlightBytes: 1 << 20,
      spool: { directory: join(directory, 'spool'), maxBytes: maxSpoolBytes, stallMs: 1_000, name: 't.spool' },
      stopGraceMs: 3_600_000,
    },
    {
      eventLog: cluster.connect(),
      clock,
      metrics,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
  );
  await service.start();
  const count = async (name: string, reason?: string): Promise<number> => {
    // The one that brings the others up to date.
    await metrics.getSingleMetric('logweave_ingest_in_flight_bytes')?.get();
    const values = (await metrics.getSingleMetric(`logweave_ingest_${name}`)?.get())?.values ?? [];
    return values.find(({ labels }) => reason === undefined || labels['reason'] === reason)?.value ?? 0;
  };
  return { service, count };
}

function linesFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `{"src_ip":"192.0.2.1","src_port":${i % CLIENTS},"n":${first + i}}`);
}

async function send(lines: readonly string[]): Promise<void> {
  const sender = connect(join(directory, 'in.socket'));
  const sent = new Promise((resolve) => sender.once('close', resolve));
  sender.end(lines.map((line) => `${line}\n`).join(''));
  await sent;
}

/** Time passes until it holds, ten times as fast as for sockets and the disk, which have their own. */
async function until(holds: () => boolean | Promise<boolean>, stepMs = 10): Promise<void> {
  for (let steps = 0; !(await holds()); steps++) {
    if (steps > 20_000) throw new Error('it does not come to hold');
    await clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function expectInLog(lines: readonly string[]): void {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const found = cluster.records('t.http', partition).map(({ value }) => Buffer.from(value ?? []).toString());
    const of = (line: string): number =>
      partitionOf(Buffer.from(`192.0.2.1:${/port":(\d+)/.exec(line)?.[1]}`), PARTITIONS);
    expect(found).toEqual(lines.filter((line) => of(line) === partition));
  }
}

test('what comes while the log is away lies on disk, and is in the log once and in order when it is back', async () => {
  const { service, count } = await startIngestor();
  const lines = linesFrom(0, 30_000);
  await send(lines.slice(0, 1_000));
  await until(() => cluster.records('t.http').length === 1_000);
  cluster.setAvailable(false);
  const sending = send(lines.slice(1_000));
  await until(async () => (await count('spooled_records_total')) === 29_000);
  await sending;
  const readUntilMs = clock.wallMs();
  expect(cluster.records('t.http')).toHaveLength(1_000);
  expect(service.readiness().detail).toMatch(/\d{6,} bytes spooled/);
  await clock.advance(600_000);
  cluster.setAvailable(true);
  await until(() => cluster.records('t.http').length >= 30_000);
  await until(() => service.readiness().detail === 'receiving on 1 sockets');
  expectInLog(lines);
  // They arrived when they were read, not when the log took them.
  for (const { timestampMs } of cluster.records('t.http')) expect(timestampMs).toBeLessThanOrEqual(readUntilMs);
  await send(linesFrom(30_000, 10));
  await until(() => cluster.records('t.http').length === 30_010);
  expect(await count('spooled_records_total')).toBe(29_000);
  await service.stop();
});

test('fault 10: when the spool is full a stream is read no further, and all of it is in the log when that is back', async () => {
  const { service, count } = await startIngestor({ maxSpoolBytes: 1 << 20 });
  cluster.setAvailable(false);
  const lines = linesFrom(0, 60_000);
  const sending = send(lines);
  await until(() => service.readiness().detail.includes('waiting for the event log'));
  await until(async () => (await count('backpressure_seconds_total')) > 60, 1_000);
  expect(await count('spool_bytes')).toBeLessThanOrEqual(1 << 20);
  expect(await count('lines_total')).toBeLessThan(60_000);
  cluster.setAvailable(true);
  await until(() => cluster.records('t.http').length >= 60_000);
  await sending;
  expectInLog(lines);
  await service.stop();
});

/** Starts one for which the log does not answer. */
async function startAway() {
  let started: Awaited<ReturnType<typeof startIngestor>> | null = null;
  const starting = startIngestor().then((ingestor) => (started = ingestor));
  await Promise.race([starting, until(() => started !== null, 1_000)]);
  return starting;
}

test('fault 9: a start while the log is away takes lines into the spool, and gives them to it when it is back', async () => {
  await (await startIngestor()).service.stop();
  cluster.setAvailable(false);
  const { service, count } = await startAway();
  const lines = linesFrom(0, 2_000);
  await send(lines);
  await until(async () => (await count('spooled_records_total')) === 2_000);
  const stopping = service.stop();
  await clock.advance(10_000);
  await stopping;
  const next = await startAway();
  cluster.setAvailable(true);
  await until(() => next.service.readiness().detail === 'receiving on 1 sockets');
  const more = linesFrom(2_000, 500);
  await send(more);
  await until(() => cluster.records('t.http').length === 2_500);
  expectInLog([...lines, ...more]);
  expect(await next.count('spooled_records_total')).toBe(0);
  await next.service.stop();
});

test('the first start of all waits for the log: nobody else knows how many partitions a topic has', async () => {
  cluster.setAvailable(false);
  let started = false;
  const starting = startIngestor().finally(() => (started = true));
  await clock.advance(600_000);
  expect(started).toBe(false);
  cluster.setAvailable(true);
  await until(() => started);
  await (await starting).service.stop();
});

const SEND_DATAGRAMS = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for n in range(int(sys.argv[2]), int(sys.argv[3])):
  s.sendto(b'{"src_ip":"192.0.2.1","src_port":1,"n":%d,"x":"%s"}' % (n, b'y' * 100), sys.argv[1])
`;

async function sendDatagrams(from: number, to: number): Promise<void> {
  const args = ['-c', SEND_DATAGRAMS, join(directory, 'in.socket'), String(from), String(to)];
  await once(spawn('python3', args, { stdio: 'inherit' }), 'exit');
}

test.runIf(hasPython)(
  'fault 10: when the spool is full datagrams are lost, and counted with that as the reason',
  async () => {
    const { service, count } = await startIngestor({ maxSpoolBytes: 1 << 18, type: 'datagram' });
    const lostTo = (reason: string): Promise<number> => count('datagrams_lost_total', reason);
    cluster.setAvailable(false);
    // What is lost before the spool is full is lost to the queue: the disk has a time of its own.
    let sent = 0;
    for (; (await lostTo('spool_full')) === 0; sent += 2_000) {
      expect(sent).toBeLessThan(200_000);
      await sendDatagrams(sent, sent + 2_000);
      await clock.advance(1_000);
    }
    const lostToQueue = await lostTo('queue_full');
    const lostToSpool = await lostTo('spool_full');
    await sendDatagrams(sent, sent + 20_000);
    sent += 20_000;
    await until(async () => (await lostTo('spool_full')) - lostToSpool > 15_000);
    expect(await lostTo('queue_full')).toBe(lostToQueue);
    cluster.setAvailable(true);
    const lost = async (): Promise<number> => (await lostTo('queue_full')) + (await lostTo('spool_full'));
    await until(async () => cluster.records('t.http').length + (await lost()) === sent);
    const numbers = cluster
      .records('t.http')
      .map(({ value }) => Number(/"n":(\d+)/.exec(Buffer.from(value ?? []).toString())?.[1]));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    await service.stop();
  },
);
