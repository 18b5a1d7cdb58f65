import { describe, expect, it } from 'vitest';
import type { ProducerRecord } from '../port.ts';
import { recordBytes } from '../record-limits.ts';
import type { ContractHarness } from './harness.ts';
import {
  append,
  batchOf,
  createTopic,
  MAX_RECORD_BYTES,
  readCount,
  record,
  text,
  values,
  withProducer,
} from './steps.ts';

export function appendContract(current: () => ContractHarness): void {
  describe('append', () => {
    it('gives records consecutive offsets in their order', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'order');
      expect(await append(harness, topic, ['a', 'b', 'c'])).toBe(0);
      expect(await append(harness, topic, ['d'])).toBe(3);
      const records = await readCount(harness, topic, 4);
      expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
      expect(values(records)).toEqual(['a', 'b', 'c', 'd']);
    });

    it('applies calls in the order in which they were made, without waiting for each', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'calls');
      await withProducer(harness, async (producer) => {
        const appends = Array.from({ length: 50 }, (_, i) => producer.append([batchOf(harness, topic, [`${i}`])]));
        expect(await harness.settle(Promise.all(appends))).toEqual(Array.from({ length: 50 }, (_, i) => [i]));
      });
      expect(values(await readCount(harness, topic, 50))).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
    });

    it('numbers each partition for itself and answers in the order of the batches', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'two', { partitions: 2 });
      await append(harness, topic, ['x', 'y'], 1);
      const bases = await withProducer(harness, (producer) =>
        harness.settle(producer.append([batchOf(harness, topic, ['z'], 1), batchOf(harness, topic, ['a'], 0)])),
      );
      expect(bases).toEqual([2, 0]);
    });

    it('brings keys, values, headers and timestamps back as they were, nulls and empty ones too', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'fields');
      const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
      const timestampMs = harness.wallMs();
      const sent: ProducerRecord[] = [
        { key: everyByte, value: everyByte, headers: [{ name: 'h', value: everyByte }], timestampMs },
        { key: null, value: null, headers: [], timestampMs: timestampMs - 5 },
        { key: new Uint8Array(0), value: new Uint8Array(0), headers: [], timestampMs: timestampMs + 7 },
        {
          key: null,
          value: Buffer.from('v'),
          headers: [
            { name: 'again', value: Buffer.from('1') },
            { name: 'other', value: new Uint8Array(0) },
            { name: 'again', value: Buffer.from('2') },
          ],
          timestampMs,
        },
      ];
      await withProducer(harness, (producer) =>
        harness.settle(producer.append([{ topic, partition: 0, records: sent }])),
      );
      const received = await readCount(harness, topic, sent.length);
      const plain = ({ key, value, headers, timestampMs }: ProducerRecord): unknown => ({
        key: key === null ? null : [...key],
        value: value === null ? null : [...value],
        headers: headers.map(({ name, value }) => [name, [...value]]),
        timestampMs,
      });
      expect(received.map(plain)).toEqual(sent.map(plain));
    });

    it('has its own copy of the bytes once it has answered', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'reuse');
      const value = Buffer.from('before');
      await withProducer(harness, async (producer) => {
        const appended = producer.append([{ topic, partition: 0, records: [{ ...record(harness, ''), value }] }]);
        await harness.settle(appended);
        value.fill('x');
      });
      expect(values(await readCount(harness, topic, 1))).toEqual(['before']);
    });

    it('takes a record at the limit and refuses one past it, and nothing of that call is appended', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'limit');
      const ofSize = (bytes: number): ProducerRecord => {
        const base = { ...record(harness, '', 'key'), headers: [{ name: 'name', value: Buffer.from('header') }] };
        return { ...base, value: Buffer.alloc(bytes - recordBytes(base), 'v') };
      };
      await withProducer(harness, async (producer) => {
        const append = (records: ProducerRecord[]): Promise<readonly number[]> =>
          harness.settle(producer.append([{ topic, partition: 0, records }]));
        await append([ofSize(MAX_RECORD_BYTES)]);
        const refused = append([record(harness, 'small'), ofSize(MAX_RECORD_BYTES + 1)]);
        await expect(refused).rejects.toMatchObject({ code: 'record_too_large' });
        await append([record(harness, 'next')]);
      });
      const records = await readCount(harness, topic, 2);
      expect(records[0]?.value).toHaveLength(MAX_RECORD_BYTES - 'key'.length - 'name'.length - 'header'.length);
      expect(text(records[1]?.value ?? null)).toBe('next');
      expect(records).toHaveLength(2);
    });

    it('refuses appends after close and has finished those from before', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'closed');
      const producer = await harness.log.producer();
      const before = producer.append([batchOf(harness, topic, ['before'])]);
      await harness.settle(producer.close());
      await expect(before).resolves.toEqual([0]);
      await expect(producer.append([batchOf(harness, topic, ['after'])])).rejects.toMatchObject({ code: 'closed' });
      expect(values(await readCount(harness, topic, 1))).toEqual(['before']);
    });
  });
}
