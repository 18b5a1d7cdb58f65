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

/** An ingestor on one stream socket, and the log's client that it has. */
async function startIngestor({ maxSpoolBytes = 1 << 26 } = {}) {
  const eventLog = cluster.connect();
  const metrics = new Registry();
  const service = createSocketIngestor(
    {
      sockets: [
        {
          name: 'a',
          path: join(directory, 'in.socket'),
          type: 'stream',
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
      maxInFlightBytes: 1 << 20,
      spool: { directory: join(directory, 'spool'), maxBytes: maxSpoolBytes, stallMs: 1_000, name: 't.spool' },
      stopGraceMs: 3_600_000,
    },
    { eventLog, clock, metrics, log: { info: () => undefined, warn: () => undefined, error: () => undefined } },
  );
  await service.start();
  const count = async (name: string): Promise<number> =>
    (await metrics.getSingleMetric(name)?.get())?.values[0]?.value ?? 0;
  return { service, eventLog, count };
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

/** Time passes until it holds. */
async function until(holds: () => boolean | Promise<boolean>, stepMs = 100): Promise<void> {
  for (let steps = 0; !(await holds()); steps++) {
    if (steps > 20_000) throw new Error('it does not come to hold');
    await clock.advance(stepMs);
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
  await until(async () => (await count('logweave_ingest_spooled_records_total')) === 29_000);
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
  expect(await count('logweave_ingest_spooled_records_total')).toBe(29_000);
  await service.stop();
});
