/**
 * A process for tests that are to kill one: fills the topic of an embedded log and writes it to a file, until it is
 * told to stop. `node --conditions=@logweave/source writing-process.ts DIRECTORY FSYNC`
 */
import { join } from 'node:path';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { FsyncPolicy } from '../config.ts';
import { createFileWriter } from '../file-writer.ts';

const [directory = '', fsync = ''] = process.argv.slice(2);
const PARTITIONS = 4;
const topic = 'correlated';

const eventLog = await openEmbeddedLog({ path: join(directory, 'log.sqlite'), clock: systemClock });
await eventLog.ensureTopic({
  name: topic,
  partitions: PARTITIONS,
  cleanup: 'delete',
  retentionMs: null,
  retentionBytes: null,
  maxRecordBytes: 2 ** 20,
});
const writer = createFileWriter(
  {
    topic,
    group: 'file-writer',
    path: join(directory, 'out.log'),
    fsync: fsync as FsyncPolicy,
    fsyncIntervalMs: 50,
    rotate: { maxBytes: 2_000_000, maxAgeMs: null, keep: null },
    maxPollRecords: 200,
    drainMs: 30_000,
  },
  { eventLog, clock: systemClock, log: pino({ level: 'warn' }), metrics: new Registry() },
);
await writer.start();

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
process.on('SIGHUP', () => void writer.reload());

const producer = await eventLog.producer();
const next = (await eventLog.watermarks(topic)).map(({ high }) => high);
const padding = 'x'.repeat(200);
process.stdout.write('started\n');
while (!stopping.signal.aborted) {
  await producer.append(
    next.map((from, partition) => ({
      topic,
      partition,
      records: Array.from({ length: 100 }, (_, i) => ({
        key: null,
        value: Buffer.from(`{"p":${partition},"n":${from + i},"padding":"${padding}"}`),
        headers: [],
        timestampMs: systemClock.wallMs(),
      })),
    })),
  );
  for (let partition = 0; partition < PARTITIONS; partition++) next[partition] = (next[partition] ?? 0) + 100;
}
await producer.close();
await writer.stop();
await eventLog.close();
