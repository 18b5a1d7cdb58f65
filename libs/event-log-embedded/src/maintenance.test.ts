import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedLogAlarm } from './alarms.ts';
import type { EmbeddedEventLog } from './embedded-log.ts';
import { readAll, readValues, records, testDirectory, topic, WritingClock } from './test-log.ts';

const HOUR_MS = 3_600_000;

async function append(
  log: EmbeddedEventLog,
  name: string,
  timestampMs: number,
  values: readonly string[],
  key: string | null = null,
) {
  await (await log.producer()).append([{ topic: name, partition: 0, records: records(timestampMs, values, key) }]);
}

describe('maintenance of the embedded log', () => {
  const directory = testDirectory({ beforeEach, afterEach });

  it('runs by the clock', async () => {
    const clock = new WritingClock();
    const log = await clock.open({ path: directory.path(), maintainEveryMs: 10_000 });
    await log.ensureTopic(topic('t', { retentionMs: HOUR_MS }));
    await append(log, 't', clock.wallMs(), ['old']);
    await clock.advance(HOUR_MS - 1);
    expect(await log.watermarks('t')).toMatchObject([{ low: 0 }]);
    await clock.advance(20_000);
    expect(await log.watermarks('t')).toMatchObject([{ low: 1, high: 1 }]);
    await log.close();
  });

  it('holds back what a group has not read, says so once, and lets go when the group goes on or is forgotten', async () => {
    const clock = new WritingClock();
    const alarms: EmbeddedLogAlarm[] = [];
    const log = await clock.open({
      path: directory.path(),
      onAlarm: (alarm) => alarms.push(alarm),
    });
    await log.ensureTopic(topic('t', { retentionMs: HOUR_MS }));
    for (const value of ['a', 'b', 'c']) await append(log, 't', clock.wallMs(), [value]);
    const producer = await log.transactionalProducer('id');
    const commit = (group: string, offset: number) =>
      producer.commit({ batches: [], group, offsets: [{ topic: 't', partition: 0, offset, metadata: '' }] });
    await commit('slow', 1);
    await commit('fast', 3);
    await clock.advance(2 * HOUR_MS);
    const hold = { topic: 't', partition: 0, group: 'slow', committedOffset: 1 };
    await expect(log.maintain()).resolves.toEqual({ removedRecords: 1, holds: [hold] });
    await log.maintain();
    expect(alarms).toEqual([{ kind: 'retention_held', ...hold }]);
    await commit('slow', 2);
    await log.maintain();
    expect(await readValues(log, 't')).toEqual(['c']);
    await log.forgetGroup('slow');
    await expect(log.maintain()).resolves.toEqual({ removedRecords: 1, holds: [] });
    expect(alarms.slice(1)).toEqual([{ kind: 'retention_released', topic: 't', partition: 0 }]);
    await log.close();
  });

  it('makes the file smaller again when much was removed', async () => {
    const clock = new WritingClock();
    const log = await clock.open({ path: directory.path() });
    await log.ensureTopic(topic('t', { retentionMs: HOUR_MS }));
    for (let i = 0; i < 30; i++) await append(log, 't', clock.wallMs(), ['x'.repeat(1_000_000)]);
    await clock.advance(2 * HOUR_MS);
    await log.maintain();
    await log.close();
    expect(statSync(directory.path()).size).toBeLessThan(18_000_000);
  });

  it('joins small batches when it compacts, and leaves the offsets', async () => {
    const clock = new WritingClock();
    const log = await clock.open({ path: directory.path() });
    await log.ensureTopic(topic('t', { cleanup: 'compact' }));
    for (let i = 0; i < 200; i++) await append(log, 't', clock.wallMs(), [`${i}`], `key ${i % 50}`);
    await expect(log.maintain({ force: true })).resolves.toMatchObject({ removedRecords: 150 });
    expect((await readAll(log, 't')).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 50 }, (_, i) => 150 + i),
    );
    expect(await log.watermarks('t')).toEqual([{ low: 0, high: 200, stable: 200 }]);
    await append(log, 't', clock.wallMs(), ['next'], 'key 0');
    expect((await readAll(log, 't')).at(-1)?.offset).toBe(200);
    await log.close();
    const database = new DatabaseSync(directory.path());
    expect(database.prepare('SELECT count(*) AS n FROM batches').get()).toEqual({ n: 2 });
    const stored = database.prepare('SELECT sum(length(data)) AS bytes FROM batches').get();
    expect(database.prepare('SELECT bytes FROM partitions').get()).toEqual(stored);
    database.close();
  });

  it('reads on from a gap that compaction has left, also from one at the end', async () => {
    const clock = new WritingClock();
    const log = await clock.open({ path: directory.path(), tombstoneMs: 0 });
    await log.ensureTopic(topic('t', { cleanup: 'compact' }));
    const producer = await log.producer();
    const tombstone = { key: Buffer.from('k'), value: null, headers: [], timestampMs: clock.wallMs() };
    const appended = [...records(0, ['kept'], 'other'), ...records(0, ['v'], 'k'), tombstone];
    await producer.append([{ topic: 't', partition: 0, records: appended }]);
    await clock.advance(1);
    await log.maintain({ force: true });
    const read = async (offset: number) =>
      (await log.reader({ topic: 't', partition: 0 }, offset)).read({ timeoutMs: 0 });
    await expect(read(0)).resolves.toMatchObject({ records: [{ offset: 0 }], nextOffset: 1, endOffset: 3 });
    await expect(read(1)).resolves.toMatchObject({ records: [], nextOffset: 3, endOffset: 3 });
    await expect(read(2)).resolves.toMatchObject({ records: [], nextOffset: 3, endOffset: 3 });
    await log.close();
  });

  it('compacts by itself only when enough is new', async () => {
    const clock = new WritingClock();
    const log = await clock.open({ path: directory.path() });
    await log.ensureTopic(topic('t', { cleanup: 'compact' }));
    await append(log, 't', clock.wallMs(), ['1', '2'], 'k');
    await expect(log.maintain()).resolves.toMatchObject({ removedRecords: 0 });
    for (let i = 0; i < 3; i++) await append(log, 't', clock.wallMs(), ['x'.repeat(600_000)], 'k');
    await expect(log.maintain()).resolves.toMatchObject({ removedRecords: 4 });
    await expect(log.maintain()).resolves.toMatchObject({ removedRecords: 0 });
    await log.close();
  });

  it('does not starve appends when it runs without a pause', async () => {
    const clock = new WritingClock();
    const log = await clock.open({ path: directory.path() });
    await log.ensureTopic(topic('t', { cleanup: 'compact' }));
    const state = { stopped: false };
    const maintaining = (async () => {
      while (!state.stopped) await log.maintain({ force: true });
    })();
    for (let i = 0; i < 10; i++) await append(log, 't', clock.wallMs(), [`${i}`], 'k');
    state.stopped = true;
    await maintaining;
    expect((await readAll(log, 't')).at(-1)?.offset).toBe(9);
    await log.close();
  });
});
