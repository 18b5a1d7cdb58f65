import { MemoryCluster } from '@logweave/event-log/memory';
import { VirtualClock } from '@logweave/model';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFileWriter, type FileWriterService } from './file-writer.ts';
import { Fate } from './simulation/fate.ts';
import { SimulatedDisk } from './simulation/simulated-disk.ts';

const TOPIC = 'correlated';

describe('file writers of one group on the log in memory', () => {
  let clock: VirtualClock;
  let cluster: MemoryCluster;
  let disk: SimulatedDisk;
  let appended: number;

  beforeEach(async () => {
    clock = new VirtualClock();
    cluster = new MemoryCluster({ clock });
    disk = new SimulatedDisk();
    appended = 0;
    await cluster.connect().ensureTopic({
      name: TOPIC,
      partitions: 4,
      cleanup: 'delete',
      retentionMs: null,
      retentionBytes: null,
      maxRecordBytes: 10_000,
    });
  });

  async function start(path: string): Promise<FileWriterService> {
    const writer = createFileWriter(
      {
        topic: TOPIC,
        group: 'file-writer',
        path,
        fsync: 'always',
        fsyncIntervalMs: 1000,
        rotate: { maxBytes: null, maxAgeMs: null, keep: null },
        maxPollRecords: 10,
        drainMs: 1000,
      },
      {
        eventLog: cluster.connect(),
        clock,
        log: pino({ level: 'silent' }),
        metrics: new Registry(),
        fileSystem: disk.mount(new Fate()),
      },
    );
    await writer.start();
    await clock.advance(100);
    return writer;
  }

  async function append(count: number): Promise<void> {
    const producer = await cluster.connect().producer();
    for (let i = 0; i < count; i++) {
      const value = Buffer.from(`{"n":${appended}}`);
      const record = { key: null, value, headers: [], timestampMs: clock.wallMs() };
      await producer.append([{ topic: TOPIC, partition: appended++ % 4, records: [record] }]);
    }
  }

  /** The numbers in a file, sorted: the order between partitions is nobody's promise. */
  function numbersIn(path: string): readonly number[] {
    const lines = (disk.files().get(path) ?? '').trimEnd().split('\n');
    return lines.map((line) => (JSON.parse(line) as { n: number }).n).sort((a, b) => a - b);
  }

  const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

  async function stop(writer: FileWriterService): Promise<void> {
    const stopped = writer.stop();
    await clock.advance(2_000);
    await stopped;
  }

  it('write nothing while they share the partitions, say why, and the one that stays goes on', async () => {
    const first = await start('/logs/first.log');
    await append(8);
    await clock.advance(100);
    const second = await start('/logs/second.log');
    await clock.advance(3_000);
    await append(8);
    await clock.advance(3_000);
    expect(second.readiness()).toEqual({
      ready: false,
      detail: 'Has 2 of 4 partitions: another file writer is in group file-writer, and a file has one writer.',
    });
    expect(numbersIn('/logs/first.log')).toEqual(upTo(8));
    await stop(second);
    await clock.advance(3_000);
    expect(first.readiness().ready).toBe(true);
    expect(numbersIn('/logs/first.log')).toEqual(upTo(16));
    await stop(first);
  });

  it.each(['refuse', 'lose_answer', 'fence'] as const)(
    'lose and double nothing when a commit meets "%s"',
    async (kind) => {
      const writer = await start('/logs/first.log');
      cluster.faults.plan({ on: 'offset_commit', kind }, { times: 2, after: 1 });
      for (let round = 0; round < 5; round++) {
        await append(6);
        await clock.advance(5_000);
      }
      expect(cluster.faults.outstanding).toBe(0);
      expect(numbersIn('/logs/first.log')).toEqual(upTo(30));
      await stop(writer);
    },
  );

  it('wait while the log is away, and go on', async () => {
    const writer = await start('/logs/first.log');
    await append(4);
    await clock.advance(100);
    cluster.setAvailable(false);
    await clock.advance(60_000);
    cluster.setAvailable(true);
    await append(4);
    await clock.advance(20_000);
    expect(numbersIn('/logs/first.log')).toEqual(upTo(8));
    expect(writer.readiness().ready).toBe(true);
    await stop(writer);
  });
});
