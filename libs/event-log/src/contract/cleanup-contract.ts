import { describe, expect, it } from 'vitest';
import type { ProducerRecord } from '../port.ts';
import { type ContractCapabilities, type ContractHarness, eventually } from './harness.ts';
import { append, createTopic, joined, readAll, record, text, withProducer } from './steps.ts';

async function appendKeyed(
  harness: ContractHarness,
  topic: string,
  pairs: readonly (readonly [string, string | null])[],
): Promise<void> {
  const records: ProducerRecord[] = pairs.map(([key, value]) => record(harness, value, key));
  await withProducer(harness, (producer) => harness.settle(producer.append([{ topic, partition: 0, records }])));
}

export function cleanupContract(current: () => ContractHarness, capabilities: ContractCapabilities): void {
  describe.skipIf(!capabilities.maintenance)('retention', () => {
    it('removes what is older than the topic keeps and raises the low watermark', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'time', { retentionMs: 60_000 });
      await append(harness, topic, ['old', 'old too']);
      await harness.passTime(120_000);
      await append(harness, topic, ['new']);
      await harness.maintain();
      await eventually(harness, 'low watermark 2', async () => {
        const [marks] = await harness.log.watermarks(topic);
        return marks?.low === 2 && marks.high === 3 ? true : undefined;
      });
      const [only, ...others] = await readAll(harness, { topic, partition: 0 }, 2);
      expect(text(only?.value ?? null)).toBe('new');
      expect(only?.offset).toBe(2);
      expect(others).toEqual([]);
    });

    it('removes the oldest of a partition that has more than its share of bytes', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'size', { retentionBytes: 30_000, partitions: 2 });
      for (let i = 0; i < 10; i++) await append(harness, topic, ['x'.repeat(5_000)], 1);
      await append(harness, topic, ['small'], 0);
      await harness.maintain();
      await eventually(harness, 'the older ones gone', async () => {
        const [small, large] = await harness.log.watermarks(topic);
        return small?.low === 0 && large !== undefined && large.low >= 7 && large.low <= 9 ? true : undefined;
      });
    });

    it.skipIf(!capabilities.retentionWaits)('waits for a group that has not read the records', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'held', { retentionMs: 60_000 });
      await append(harness, topic, ['first']);
      await append(harness, topic, ['second']);
      const { consumer } = await joined(harness, harness.name('group'), [topic]);
      await harness.settle(consumer.commit([{ topic, partition: 0, offset: 1, metadata: '' }]));
      await harness.passTime(120_000);
      await append(harness, topic, ['third']);
      await harness.maintain();
      await eventually(harness, 'only the first gone', async () => {
        const [marks] = await harness.log.watermarks(topic);
        return marks?.low === 1 ? true : undefined;
      });
      await harness.settle(consumer.commit([{ topic, partition: 0, offset: 2, metadata: '' }]));
      await harness.maintain();
      await eventually(harness, 'the second gone', async () => {
        const [marks] = await harness.log.watermarks(topic);
        return marks?.low === 2 ? true : undefined;
      });
      await consumer.close();
    });
  });

  describe.skipIf(!capabilities.maintenance)('compaction', () => {
    const read = async (harness: ContractHarness, topic: string): Promise<(string | null)[][]> =>
      (await readAll(harness, { topic, partition: 0 }, 0)).map(({ key, value }) => [text(key), text(value)]);

    it('keeps the last record of each key, at its offset', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'compact', { cleanup: 'compact' });
      await appendKeyed(harness, topic, [
        ['a', '1'],
        ['b', '1'],
        ['a', '2'],
      ]);
      await appendKeyed(harness, topic, [
        ['c', '1'],
        ['b', '2'],
      ]);
      await harness.maintain();
      await eventually(harness, 'three records left', async () =>
        (await read(harness, topic)).length === 3 ? true : undefined,
      );
      const records = await readAll(harness, { topic, partition: 0 }, 0);
      expect(records.map(({ offset, key, value }) => [offset, text(key), text(value)])).toEqual([
        [2, 'a', '2'],
        [3, 'c', '1'],
        [4, 'b', '2'],
      ]);
      const [marks] = await harness.log.watermarks(topic);
      expect(marks?.high).toBe(5);
    });

    it('keeps a tombstone for a while and then drops it', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'tombstone', { cleanup: 'compact' });
      await appendKeyed(harness, topic, [
        ['a', '1'],
        ['b', '1'],
        ['a', null],
      ]);
      await harness.maintain();
      await eventually(harness, 'the value gone', async () => {
        const left = await read(harness, topic);
        return left.length === 2 && left[1]?.[1] === null ? true : undefined;
      });
      await harness.passTime(24 * 3_600_000);
      await appendKeyed(harness, topic, [['c', '1']]);
      await harness.maintain();
      await eventually(harness, 'the tombstone gone', async () => {
        const left = await read(harness, topic);
        return left.every(([, value]) => value !== null) ? true : undefined;
      });
      expect(await read(harness, topic)).toEqual([
        ['b', '1'],
        ['c', '1'],
      ]);
    });

    it('goes on over a restart, and appends go on behind it', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'restart', { cleanup: 'compact' });
      for (let i = 0; i < 30; i++) await appendKeyed(harness, topic, [[`k${i % 3}`, `${i}`]]);
      await harness.maintain();
      await harness.reopen();
      await appendKeyed(harness, topic, [['k0', 'last']]);
      await harness.maintain();
      await eventually(harness, 'three keys', async () =>
        (await read(harness, topic)).length === 3 ? true : undefined,
      );
      const records = await readAll(harness, { topic, partition: 0 }, 0);
      expect(records.map(({ offset, value }) => [offset, text(value)])).toEqual([
        [28, '28'],
        [29, '29'],
        [30, 'last'],
      ]);
    });
  });
}
