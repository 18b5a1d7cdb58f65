import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { TransactionalProducer } from '@logweave/event-log';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedLogAlarm } from './alarms.ts';
import { readAll, readValues, records, testDirectory, topic, WritingClock } from './test-log.ts';

describe('the embedded log', () => {
  const directory = testDirectory({ beforeEach, afterEach });
  const clock = new WritingClock();
  const open = (
    options: { maxBytes?: number; cacheBytes?: number; onAlarm?: (alarm: EmbeddedLogAlarm) => void } = {},
  ) => clock.open({ path: directory.path(), ...options });

  it('refuses one caller of a turn without harm to the others', async () => {
    const log = await open();
    await log.ensureTopic(topic('t'));
    const producer = await log.producer();
    const zombie = await log.transactionalProducer('id');
    const owner = await log.transactionalProducer('id');
    const transaction = (value: string) => ({
      batches: [{ topic: 't', partition: 0, records: records(0, [value]) }],
      group: 'g',
      offsets: [],
    });
    const results = await Promise.allSettled([
      producer.append(transaction('first').batches),
      zombie.commit(transaction('zombie')),
      producer.append([{ topic: 'absent', partition: 0, records: [] }]),
      owner.commit(transaction('second')),
      log.ensureTopic(topic('t', { partitions: 7 })),
      log.ensureTopic(topic('u', { partitions: 2 })),
      log.ensureTopic(topic('v', { partitions: 2 })),
      log.ensureTopic(topic('v', { partitions: 2 })),
      producer.append(transaction('third').batches),
    ]);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason))).toEqual([
      [0],
      { kind: 'fenced' },
      expect.objectContaining({ code: 'unknown_topic_or_partition' }),
      { kind: 'committed', baseOffsets: [1] },
      expect.objectContaining({ code: 'topic_mismatch' }),
      undefined,
      undefined,
      undefined,
      [2],
    ]);
    expect(await readValues(log, 't')).toEqual(['first', 'second', 'third']);
    await producer.append([
      { topic: 'u', partition: 1, records: records(0, ['u1']) },
      { topic: 'v', partition: 0, records: records(0, ['v0']) },
    ]);
    expect([await readValues(log, 'u', 1), await readValues(log, 'v', 0)]).toEqual([['u1'], ['v0']]);
    await log.close();
  });

  it('fences in the order of one turn: who opens an id cuts off what is asked for behind that', async () => {
    const log = await open();
    await log.ensureTopic(topic('t'));
    const [first, second] = await Promise.all([log.transactionalProducer('id'), log.transactionalProducer('id')]);
    const commit = (producer: TransactionalProducer, value: string) =>
      producer.commit({
        batches: [{ topic: 't', partition: 0, records: records(0, [value]) }],
        group: 'g',
        offsets: [],
      });
    await expect(commit(first, 'never')).resolves.toEqual({ kind: 'fenced' });
    const before = commit(second, 'before');
    await expect(before).resolves.toMatchObject({ kind: 'committed' });
    const opening = log.transactionalProducer('id');
    await expect(commit(second, 'behind')).resolves.toEqual({ kind: 'fenced' });
    await expect(commit(await opening, 'third')).resolves.toMatchObject({ kind: 'committed' });
    expect(await readValues(log, 't')).toEqual(['before', 'third']);
    await log.close();
  });

  it('keeps epochs over a restart', async () => {
    const first = await open();
    await first.transactionalProducer('id');
    await first.transactionalProducer('id');
    await first.close();
    const database = new DatabaseSync(directory.path());
    expect(database.prepare('SELECT epoch FROM transactional_ids').get()).toMatchObject({ epoch: 1 });
    database.close();
    const second = await open();
    await second.transactionalProducer('id');
    await second.close();
    const again = new DatabaseSync(directory.path());
    expect(again.prepare('SELECT epoch FROM transactional_ids').get()).toMatchObject({ epoch: 2 });
    again.close();
  });

  it('reads the same from the file as from memory', async () => {
    const log = await open({ cacheBytes: 2_000 });
    await log.ensureTopic(topic('t'));
    const producer = await log.producer();
    const values = Array.from({ length: 300 }, (_, i) => `value ${i}`);
    for (let i = 0; i < values.length; i += 3) {
      await producer.append([{ topic: 't', partition: 0, records: records(0, values.slice(i, i + 3)) }]);
    }
    expect(await readValues(log, 't')).toEqual(values);
    const consumer = await log.consumer({ group: 'g', topics: ['t'] });
    await consumer.poll({ timeoutMs: 0 });
    const seen: number[] = [];
    while (seen.length < values.length) {
      const polled = await consumer.poll({ timeoutMs: 0, maxRecords: 7 });
      if (polled.kind === 'records') {
        for (const batch of polled.batches) seen.push(...batch.records.map(({ offset }) => offset));
      }
    }
    expect(seen).toEqual(values.map((_, i) => i));
    await log.close();
  });

  it('lets appends wait and aborts transactions while the disk is full, and goes on when there is room', async () => {
    const alarms: string[] = [];
    const log = await open({ maxBytes: 2 * 1024 * 1024, onAlarm: ({ kind }) => alarms.push(kind) });
    await log.ensureTopic(topic('t', { retentionMs: 1_000 }));
    const producer = await log.producer();
    const batch = () => [{ topic: 't', partition: 0, records: records(clock.wallMs(), ['x'.repeat(100_000)]) }];
    let appended = 0;
    while (alarms.length === 0) {
      void producer.append(batch()).then(() => appended++);
      await clock.advance(0);
    }
    expect(alarms).toEqual(['write_stalled']);
    const before = appended;
    await clock.advance(10_000);
    expect(appended).toBe(before);
    const transactional = log.transactionalProducer('id');
    await log.maintain();
    await clock.advance(5_000);
    expect(alarms).toEqual(['write_stalled', 'write_resumed']);
    expect(appended).toBe(before + 1);
    await transactional;
    const all = await readAll(log, 't');
    expect(all.map(({ offset }) => offset)).toEqual([before]);
    await log.close();
  });

  it('gives up what it cannot write when it is closed', async () => {
    const log = await open({ maxBytes: 300_000 });
    await log.ensureTopic(topic('t'));
    const producer = await log.producer();
    const appended = producer.append([{ topic: 't', partition: 0, records: records(0, ['x'.repeat(1_000_000)]) }]);
    const refused = expect(appended).rejects.toMatchObject({ code: 'closed' });
    await clock.advance(1_000);
    await log.close();
    await refused;
  });

  it('finishes what was asked for before close, and ends waiting polls', async () => {
    const log = await open();
    await log.ensureTopic(topic('t'));
    const consumer = await log.consumer({ group: 'g', topics: ['t'] });
    await consumer.poll({ timeoutMs: 0 });
    const polling = expect(consumer.poll({ timeoutMs: 3_600_000 })).rejects.toMatchObject({ code: 'closed' });
    await clock.advance(0);
    const producer = await log.producer();
    const appended = producer.append([{ topic: 't', partition: 0, records: records(0, ['v']) }]);
    await log.close();
    await expect(appended).resolves.toEqual([0]);
    await polling;
    await expect(log.topics()).rejects.toMatchObject({ code: 'closed' });
    await expect(producer.append([])).rejects.toMatchObject({ code: 'closed' });
  });

  it('notices stored bytes that are not what was written', async () => {
    const log = await open();
    await log.ensureTopic(topic('t'));
    await (await log.producer()).append([{ topic: 't', partition: 0, records: records(0, ['some value']) }]);
    await log.close();
    const database = new DatabaseSync(directory.path());
    const row = database.prepare('SELECT data FROM batches').get();
    const data = Buffer.from(row?.['data'] instanceof Uint8Array ? row['data'] : []);
    data[data.length - 1] = 0;
    database.prepare('UPDATE batches SET data = ?').run(data);
    database.close();
    const damaged = await open();
    await expect(readAll(damaged, 't')).rejects.toMatchObject({ code: 'corrupt' });
    await damaged.close();
  });

  it('makes files that only their owner can read', async () => {
    const log = await open();
    await log.ensureTopic(topic('t'));
    for (const suffix of ['', '-wal', '-shm']) {
      expect(statSync(directory.path() + suffix).mode & 0o777, suffix).toBe(0o600);
    }
    await log.close();
  });

  it('says when the file cannot be made', async () => {
    const path = `${directory.path()}/below-a-file/event-log.db`;
    const log = await open();
    await expect(clock.open({ path })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(path.slice(0, -'/event-log.db'.length)),
    });
    await log.close();
  });

  it('refuses a file that is no event log, and one of a later version', async () => {
    const database = new DatabaseSync(directory.path());
    database.exec('CREATE TABLE something (x)');
    database.close();
    await expect(open()).rejects.toMatchObject({ code: 'corrupt' });
    const other = new DatabaseSync(directory.path());
    other.exec('PRAGMA application_id = 0x4c677776; PRAGMA user_version = 99');
    other.close();
    await expect(open()).rejects.toThrow(/schema 99/);
  });
});
