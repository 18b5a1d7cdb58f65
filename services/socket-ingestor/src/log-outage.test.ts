import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionOf } from '@logweave/event-log';
import { MemoryCluster } from '@logweave/event-log/memory';
import { VirtualClock } from '@logweave/model';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createSocketIngestor } from './socket-ingestor.ts';

const PARTITIONS = 4;
const CLIENTS = 50;
const LINES = 20_000;

test('lines that come while the log refuses, loses answers and is away are in it once, in their order', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lw-'));
  const path = join(directory, 'in.socket');
  const clock = new VirtualClock();
  const cluster = new MemoryCluster({ clock });
  for (const name of ['t.http', 't.network', 't.dead-letter']) {
    const bounds = { retentionMs: null, retentionBytes: null, maxRecordBytes: 2 ** 21 };
    cluster.ensureTopic({ name, partitions: PARTITIONS, cleanup: 'delete', ...bounds });
  }
  const rules = { keyFields: ['src_ip', 'src_port'], time: 'event_or_arrival', maxFutureSkewMs: 300_000 } as const;
  const ingestor = createSocketIngestor(
    {
      sockets: [
        {
          name: 'a',
          path,
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
      raw: null,
      maxInFlightBytes: 1 << 20,
      spool: null,
      stopGraceMs: 3_600_000,
    },
    {
      eventLog: cluster.connect(),
      clock,
      metrics: new Registry(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
  );
  await ingestor.start();
  cluster.faults.plan({ on: 'append', kind: 'refuse' }, { times: 3, after: 1 });
  cluster.faults.plan({ on: 'append', kind: 'lose_answer' }, { times: 3, after: 2 });
  cluster.setAvailable(false);

  const lines = Array.from({ length: LINES }, (_, i) => `{"src_ip":"192.0.2.1","src_port":${i % CLIENTS},"n":${i}}\n`);
  const sender = connect(path);
  const sent = new Promise((resolve) => sender.once('close', resolve));
  sender.end(lines.join(''));
  await clock.advance(60_000);
  await expect.poll(() => ingestor.readiness().detail).toContain('waiting for the event log');
  expect(cluster.records('t.http')).toEqual([]);
  cluster.setAvailable(true);
  while (cluster.records('t.http').length < LINES) await clock.advance(1_000);
  await sent;
  await ingestor.stop();
  rmSync(directory, { recursive: true });

  expect(cluster.faults.outstanding).toBe(0);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const found = cluster.records('t.http', partition).map(({ value }) => `${Buffer.from(value ?? []).toString()}\n`);
    const expected = lines.filter(
      (_, i) => partitionOf(Buffer.from(`192.0.2.1:${i % CLIENTS}`), PARTITIONS) === partition,
    );
    expect(found.join('') === expected.join('')).toBe(true);
  }
}, 30_000);
