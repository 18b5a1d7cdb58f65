import { describe, expect, it } from 'vitest';
import { type ContractCapabilities, type ContractHarness, eventually } from './harness.ts';
import { append, batchOf, createTopic, errorOf, joined, pollOnce, pollUntil, readAll, values } from './steps.ts';

export function positionsContract(current: () => ContractHarness, capabilities: ContractCapabilities): void {
  describe('positions of a consumer', () => {
    it('move with what is delivered and with seek', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'seek');
      const partition = { topic, partition: 0 };
      await append(harness, topic, ['a', 'b', 'c']);
      const member = await joined(harness, harness.name('group'), [topic]);
      const { consumer, seen } = member;
      const records = (): (string | null)[] => values(seen.records.get(`${topic}/0`) ?? []);
      await pollUntil(harness, [member], 'three records', () => records().length === 3);
      expect(consumer.position(partition)).toBe(3);
      await eventually(harness, 'the end is known', async () =>
        consumer.endOffset(partition) === 3 ? true : undefined,
      );
      consumer.seek(partition, 1);
      expect(consumer.position(partition)).toBe(1);
      await pollUntil(harness, [member], 'two of them again', () => records().length === 5);
      expect(records()).toEqual(['a', 'b', 'c', 'b', 'c']);
      await consumer.close();
    });

    it('stand still while a partition is paused, and others go on', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'pause', { partitions: 2 });
      const member = await joined(harness, harness.name('group'), [topic]);
      const { consumer, seen } = member;
      consumer.pause([{ topic, partition: 0 }]);
      await append(harness, topic, ['zero'], 0);
      await append(harness, topic, ['one'], 1);
      await pollUntil(harness, [member], 'the record of the other', () => seen.records.has(`${topic}/1`));
      await pollOnce(harness, consumer, seen);
      expect(seen.records.has(`${topic}/0`)).toBe(false);
      consumer.resume([{ topic, partition: 0 }]);
      await pollUntil(harness, [member], 'the record of the paused', () => seen.records.has(`${topic}/0`));
      await consumer.close();
    });

    it('wait for resume from the start when asked to, and can be moved meanwhile', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'paused');
      const partition = { topic, partition: 0 };
      await append(harness, topic, ['a', 'b']);
      const member = await joined(harness, harness.name('group'), [topic], true);
      const { consumer, seen } = member;
      await expect(pollOnce(harness, consumer, seen)).resolves.toEqual({ kind: 'idle' });
      consumer.seek(partition, 1);
      consumer.resume([partition]);
      await pollUntil(harness, [member], 'a record', () => seen.records.size > 0);
      expect(values(seen.records.get(`${topic}/0`) ?? [])).toEqual(['b']);
      await consumer.close();
    });

    it('are known for assigned partitions only', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'assigned');
      const { consumer } = await joined(harness, harness.name('group'), [topic]);
      const notAssigned = expect.objectContaining({ code: 'not_assigned' });
      expect(() => consumer.position({ topic, partition: 9 })).toThrow(notAssigned);
      await consumer.close();
    });

    it('beyond the end are out of range, and a seek makes the consumer useful again', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'beyond');
      const partition = { topic, partition: 0 };
      await append(harness, topic, ['a']);
      const member = await joined(harness, harness.name('group'), [topic], true);
      const { consumer, seen } = member;
      consumer.seek(partition, 1_000);
      consumer.resume([partition]);
      const error = await eventually(harness, 'offset_out_of_range', async () => {
        try {
          await pollOnce(harness, consumer, seen);
          return undefined;
        } catch (error) {
          return error;
        }
      });
      expect(error).toMatchObject({ code: 'offset_out_of_range' });
      consumer.seek(partition, 0);
      await pollUntil(harness, [member], 'the record', () => seen.records.size > 0);
      await consumer.close();
    });

    it('give a waiting poll its records as they come', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'waiting');
      const { consumer } = await joined(harness, harness.name('group'), [topic]);
      const polling = consumer.poll({ timeoutMs: 20_000 });
      await append(harness, topic, ['came']);
      const result = await harness.settle(polling);
      expect(result.kind === 'records' ? values(result.batches[0]?.records ?? []) : result.kind).toEqual(['came']);
      await consumer.close();
    });

    it('do not matter to wakeUp, which ends a waiting poll at once', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'wake');
      const { consumer } = await joined(harness, harness.name('group'), [topic]);
      const polling = consumer.poll({ timeoutMs: 3_600_000 });
      consumer.wakeUp();
      await expect(polling).resolves.toEqual({ kind: 'idle' });
      await consumer.close();
    });
  });

  describe('a reader without a group', () => {
    it('reads from where it was told to, and an empty batch when nothing comes', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'reader');
      const partition = { topic, partition: 0 };
      await append(harness, topic, ['a', 'b', 'c']);
      expect(values(await readAll(harness, partition, 1))).toEqual(['b', 'c']);
      const reader = await harness.log.reader(partition, 3);
      const batch = await harness.settle(reader.read({ timeoutMs: 50 }));
      expect(batch).toMatchObject({ records: [], fetchedOffset: 3, nextOffset: 3, endOffset: 3 });
      await reader.close();
    });

    it('gets records while it waits', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'reader-waits');
      const reader = await harness.log.reader({ topic, partition: 0 }, 0);
      const reading = reader.read({ timeoutMs: 20_000 });
      await append(harness, topic, ['came']);
      expect(values((await harness.settle(reading)).records)).toEqual(['came']);
      await reader.close();
    });

    it('reads in pieces of about the size it asked for, without gaps', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'pieces');
      const producer = await harness.log.producer();
      for (let i = 0; i < 20; i++) await harness.settle(producer.append([batchOf(harness, topic, [`${i}`])]));
      await producer.close();
      const reader = await harness.log.reader({ topic, partition: 0 }, 0);
      const read: (string | null)[] = [];
      let reads = 0;
      for (let position = 0; position < 20; reads++) {
        const batch = await harness.settle(reader.read({ timeoutMs: 1_000, maxRecords: 5 }));
        expect(batch.fetchedOffset).toBe(position);
        read.push(...values(batch.records));
        position = batch.nextOffset;
      }
      expect(read).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
      await reader.close();
    });

    it('meets offset_out_of_range beyond the end', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'reader-range');
      const reader = await harness.log.reader({ topic, partition: 0 }, 17);
      const error = await errorOf(harness.settle(reader.read({ timeoutMs: 1_000 })));
      expect(error).toMatchObject({ code: 'offset_out_of_range' });
      await reader.close();
    });
  });

  describe.skipIf(!capabilities.removal)('below the low watermark', () => {
    it('consumers and readers meet offset_out_of_range, and nothing is skipped', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'gone', { retentionMs: 60_000 });
      await append(harness, topic, ['old']);
      const member = await joined(harness, harness.name('group'), [topic], true);
      await harness.removeBefore({ topic, partition: 0 }, 1);
      await append(harness, topic, ['new']);
      await eventually(harness, 'a raised low watermark', async () => {
        const [marks] = await harness.log.watermarks(topic);
        return marks !== undefined && marks.low > 0 ? true : undefined;
      });
      member.consumer.resume([{ topic, partition: 0 }]);
      await expect(pollOnce(harness, member.consumer, member.seen)).rejects.toMatchObject({
        code: 'offset_out_of_range',
      });
      const reader = await harness.log.reader({ topic, partition: 0 }, 0);
      await expect(harness.settle(reader.read({ timeoutMs: 100 }))).rejects.toMatchObject({
        code: 'offset_out_of_range',
      });
      await reader.close();
      await member.consumer.close();
    });
  });
}
