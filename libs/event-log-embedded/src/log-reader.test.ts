import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { VirtualClock } from '@logweave/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedLog } from './embedded-log.ts';
import { openEmbeddedLogReader } from './log-reader.ts';
import { readValues, records, testDirectory, topic } from './test-log.ts';

describe('a reader beside the embedded log', () => {
  const directory = testDirectory({ beforeEach, afterEach });
  const clock = new VirtualClock();
  const partition = { topic: 't', partition: 0 };

  it('sees topics, records, watermarks and offsets as they are committed, and waits for more', async () => {
    const log = await openEmbeddedLog({ path: directory.path(), clock, maintainEveryMs: null });
    const beside = await openEmbeddedLogReader({ path: directory.path(), clock });
    await expect(beside.topics()).resolves.toEqual([]);
    await log.ensureTopic(topic('t'));
    await expect(beside.topics()).resolves.toEqual([topic('t')]);
    const producer = await log.transactionalProducer('id');
    const commit = (value: string, offset: number) =>
      producer.commit({
        batches: [{ ...partition, records: records(0, [value]) }],
        group: 'g',
        offsets: [{ ...partition, offset, metadata: value }],
      });
    await commit('a', 1);
    expect(await readValues(beside, 't')).toEqual(['a']);
    await expect(beside.committed('g', [partition])).resolves.toEqual([{ offset: 1, metadata: 'a' }]);
    const reader = await beside.reader(partition, 1);
    const reading = reader.read({ timeoutMs: 60_000 });
    await clock.advance(100);
    await commit('b', 2);
    await clock.advance(20);
    await expect(reading).resolves.toMatchObject({ fetchedOffset: 1, nextOffset: 2 });
    await expect(beside.watermarks('t')).resolves.toEqual([{ low: 0, high: 2, stable: 2 }]);
    await beside.close();
    await log.close();
  });

  it('meets offset_out_of_range when the writer removes what it was about to read', async () => {
    const log = await openEmbeddedLog({ path: directory.path(), clock, maintainEveryMs: null });
    await log.ensureTopic(topic('t', { retentionMs: 1_000 }));
    const beside = await openEmbeddedLogReader({ path: directory.path(), clock });
    const reader = await beside.reader(partition, 0);
    await (await log.producer()).append([{ ...partition, records: records(clock.wallMs(), ['old']) }]);
    await clock.advance(2_000);
    await log.maintain();
    await expect(reader.read({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'offset_out_of_range' });
    await beside.close();
    await log.close();
  });

  it('works when nobody writes, and ends its reads when it is closed', async () => {
    const log = await openEmbeddedLog({ path: directory.path(), clock, maintainEveryMs: null });
    await log.ensureTopic(topic('t'));
    await (await log.producer()).append([{ ...partition, records: records(0, ['a']) }]);
    await log.close();
    const alone = await openEmbeddedLogReader({ path: directory.path(), clock });
    expect(await readValues(alone, 't')).toEqual(['a']);
    const reader = await alone.reader(partition, 1);
    const reading = expect(reader.read({ timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'closed' });
    await clock.advance(10);
    await alone.close();
    await reading;
  });

  it('says when there is no log', async () => {
    await expect(openEmbeddedLogReader({ path: directory.path(), clock })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it.each([
    ['the file is still empty', ''],
    ['the database has no tables yet', 'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;'],
  ])('says that there is no log yet while another process creates it: %s', async (_, created) => {
    const path = directory.path();
    writeFileSync(path, '');
    const creating = new DatabaseSync(path);
    creating.exec(created);
    await expect(openEmbeddedLogReader({ path, clock })).rejects.toMatchObject({
      code: 'unavailable',
      retriable: true,
    });
    creating.close();
    const log = await openEmbeddedLog({ path, clock, maintainEveryMs: null });
    const beside = await openEmbeddedLogReader({ path, clock });
    await expect(beside.topics()).resolves.toEqual([]);
    await beside.close();
    await log.close();
  });

  it.each([
    ['a database of somebody else', (path: string) => new DatabaseSync(path).exec('CREATE TABLE theirs (x)')],
    ['what is no database', (path: string) => writeFileSync(path, 'text '.repeat(1_000))],
  ])('refuses %s as corrupt', async (_, write) => {
    write(directory.path());
    await expect(openEmbeddedLogReader({ path: directory.path(), clock })).rejects.toMatchObject({ code: 'corrupt' });
  });
});
