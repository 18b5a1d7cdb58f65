import { describe, expect, it } from 'vitest';
import type { Consumer, TopicPartition } from '../port.ts';
import { MAX_METADATA_UNITS } from '../port.ts';
import type { ContractHarness } from './harness.ts';
import {
  append,
  createTopic,
  errorOf,
  joined,
  nameOf,
  nothingSeen,
  pollOnce,
  pollUntil,
  type Seen,
  values,
} from './steps.ts';

function assigned(seen: Seen): string[] {
  return (seen.assignments.at(-1)?.assigned ?? []).map(nameOf).sort();
}

function indexes(seen: Seen): number[] {
  const all = (seen.assignments.at(-1)?.assigned ?? []).map(({ partition }) => partition);
  return [...new Set(all)].sort((a, b) => a - b);
}

async function closeAll(harness: ContractHarness, consumers: readonly Consumer[]): Promise<void> {
  for (const consumer of consumers) await harness.settle(consumer.close());
}

export function groupsContract(current: () => ContractHarness): void {
  describe('groups', () => {
    it('give their only member every partition of all topics', async () => {
      const harness = current();
      const a = await createTopic(harness, 'a', { partitions: 3 });
      const b = await createTopic(harness, 'b', { partitions: 3 });
      const { consumer, seen } = await joined(harness, harness.name('group'), [a, b]);
      expect(assigned(seen)).toEqual([0, 1, 2].flatMap((i) => [`${a}/${i}`, `${b}/${i}`]).sort());
      expect(seen.assignments[0]?.gained).toHaveLength(6);
      expect(seen.assignments[0]?.lost).toEqual([]);
      await closeAll(harness, [consumer]);
    });

    it('refuse topics with different numbers of partitions', async () => {
      const harness = current();
      const a = await createTopic(harness, 'three', { partitions: 3 });
      const b = await createTopic(harness, 'four', { partitions: 4 });
      const error = await errorOf(harness.log.consumer({ group: harness.name('group'), topics: [a, b] }));
      expect(error).toMatchObject({ code: 'not_copartitioned' });
    });

    it('share co-partitioned topics among members, and move no more than they must', async () => {
      const harness = current();
      const a = await createTopic(harness, 'a', { partitions: 4 });
      const b = await createTopic(harness, 'b', { partitions: 4 });
      const group = harness.name('group');
      const first = await joined(harness, group, [a, b]);
      const second = {
        consumer: await harness.log.consumer({ group, topics: [a, b] }),
        seen: nothingSeen(),
      };
      await pollUntil(harness, [first, second], 'two partitions each', () => {
        return indexes(first.seen).length === 2 && indexes(second.seen).length === 2;
      });
      expect([...indexes(first.seen), ...indexes(second.seen)].sort((x, y) => x - y)).toEqual([0, 1, 2, 3]);
      for (const { seen } of [first, second]) {
        expect(assigned(seen)).toEqual(
          indexes(seen)
            .flatMap((i) => [`${a}/${i}`, `${b}/${i}`])
            .sort(),
        );
      }
      const before = indexes(first.seen);
      await harness.settle(second.consumer.close());
      await pollUntil(harness, [first], 'all partitions back', () => indexes(first.seen).length === 4);
      const last = first.seen.assignments.at(-1);
      expect(last?.lost).toEqual([]);
      expect(last?.gained.some(({ partition }) => before.includes(partition))).toBe(false);
      await closeAll(harness, [first.consumer]);
    });

    it('begin at the committed offset, and at the low watermark without one', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'begin', { partitions: 2 });
      await append(harness, topic, ['a', 'b', 'c'], 0);
      await append(harness, topic, ['x', 'y'], 1);
      const group = harness.name('group');
      const first = await joined(harness, group, [topic]);
      await expect(
        harness.settle(first.consumer.commit([{ topic, partition: 0, offset: 2, metadata: 'm' }])),
      ).resolves.toBe('committed');
      await closeAll(harness, [first.consumer]);
      const { consumer, seen } = await joined(harness, group, [topic]);
      expect(consumer.position({ topic, partition: 0 })).toBe(2);
      expect(consumer.position({ topic, partition: 1 })).toBe(0);
      await pollUntil(harness, [{ consumer, seen }], 'three records', () => {
        return [...seen.records.values()].flat().length >= 3;
      });
      expect(values(seen.records.get(`${topic}/0`) ?? [])).toEqual(['c']);
      expect(values(seen.records.get(`${topic}/1`) ?? [])).toEqual(['x', 'y']);
      await closeAll(harness, [consumer]);
    });

    it('fence a commit of an older generation', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'generation', { partitions: 2 });
      const group = harness.name('group');
      const first = await joined(harness, group, [topic]);
      const second = await joined(harness, group, [topic]);
      const offset = { topic, partition: 0, offset: 0, metadata: '' };
      // The first has not heard of the second's generation yet.
      if (first.seen.assignments.at(-1)?.generation !== second.seen.assignments.at(-1)?.generation) {
        await expect(harness.settle(first.consumer.commit([offset]))).resolves.toBe('fenced');
      }
      await pollUntil(harness, [first, second], 'the same generation', () => {
        return first.seen.assignments.at(-1)?.generation === second.seen.assignments.at(-1)?.generation;
      });
      await expect(harness.settle(first.consumer.commit([offset]))).resolves.toBe('committed');
      await closeAll(harness, [first.consumer, second.consumer]);
    });

    it('fence a commit for a partition that the last assignment has taken away, and leave what its new owner has committed', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'taken-away', { partitions: 2 });
      const group = harness.name('group');
      const first = await joined(harness, group, [topic]);
      const second = await joined(harness, group, [topic]);
      await pollUntil(harness, [first, second], 'a partition for each', () => {
        return [first, second].every(({ seen }) => seen.assignments.at(-1)?.assigned.length === 1);
      });
      const [kept] = first.seen.assignments.at(-1)?.assigned ?? [];
      const [taken] = second.seen.assignments.at(-1)?.assigned ?? [];
      if (kept === undefined || taken === undefined) throw new Error('nothing was assigned');
      const commit = (member: typeof first, of: typeof kept, metadata: string) =>
        harness.settle(member.consumer.commit([{ ...of, offset: 0, metadata }]));
      await expect(commit(second, taken, 'of its owner')).resolves.toBe('committed');
      await expect(commit(first, taken, 'of who had it')).resolves.toBe('fenced');
      await expect(commit(first, kept, 'of its owner')).resolves.toBe('committed');
      const committed = await harness.settle(harness.log.committed(group, [kept, taken]));
      expect(committed.map((offset) => offset?.metadata)).toEqual(['of its owner', 'of its owner']);
      await closeAll(harness, [first.consumer, second.consumer]);
    });

    it('make a higher generation of every join and leave', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'higher', { partitions: 2 });
      const group = harness.name('group');
      const first = await joined(harness, group, [topic]);
      const second = {
        consumer: await harness.log.consumer({ group, topics: [topic] }),
        seen: nothingSeen(),
      };
      await pollUntil(
        harness,
        [first, second],
        'one each',
        () => indexes(first.seen).length === 1 && indexes(second.seen).length === 1,
      );
      await harness.settle(second.consumer.close());
      await pollUntil(harness, [first], 'both', () => indexes(first.seen).length === 2);
      const generations = first.seen.assignments.map(({ generation }) => generation);
      expect(generations).toEqual([...new Set(generations)].sort((a, b) => a - b));
      expect(generations.length).toBeGreaterThanOrEqual(3);
      await closeAll(harness, [first.consumer]);
    });

    it('deliver nothing of a partition after it is lost', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'lost', { partitions: 2 });
      const group = harness.name('group');
      const first = await joined(harness, group, [topic]);
      const second = {
        consumer: await harness.log.consumer({ group, topics: [topic] }),
        seen: nothingSeen(),
      };
      await pollUntil(
        harness,
        [first, second],
        'one each',
        () => indexes(first.seen).length === 1 && indexes(second.seen).length === 1,
      );
      await append(harness, topic, ['zero'], 0);
      await append(harness, topic, ['one'], 1);
      await pollUntil(
        harness,
        [first, second],
        'a record each',
        () => first.seen.records.size > 0 && second.seen.records.size > 0,
      );
      for (const { seen } of [first, second]) {
        expect([...seen.records.keys()]).toEqual(indexes(seen).map((partition) => `${topic}/${partition}`));
      }
      await closeAll(harness, [first.consumer, second.consumer]);
    });

    it(`commit metadata of ${MAX_METADATA_UNITS} units and refuse one more`, async () => {
      const harness = current();
      const topic = await createTopic(harness, 'metadata');
      const group = harness.name('group');
      const { consumer } = await joined(harness, group, [topic]);
      const metadata = 'm'.repeat(MAX_METADATA_UNITS);
      const commit = (metadata: string): Promise<unknown> =>
        harness.settle(consumer.commit([{ topic, partition: 0, offset: 0, metadata }]));
      await expect(commit(metadata)).resolves.toBe('committed');
      await expect(commit(`${metadata}m`)).rejects.toMatchObject({ code: 'metadata_too_large' });
      await expect(harness.log.committed(group, [{ topic, partition: 0 }])).resolves.toEqual([{ offset: 0, metadata }]);
      await closeAll(harness, [consumer]);
    });

    it('keep their offsets over a restart', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'restart');
      const group = harness.name('group');
      const { consumer } = await joined(harness, group, [topic]);
      await harness.settle(consumer.commit([{ topic, partition: 0, offset: 0, metadata: 'kept' }]));
      await closeAll(harness, [consumer]);
      await harness.reopen();
      const partition: TopicPartition = { topic, partition: 0 };
      await expect(harness.log.committed(group, [partition])).resolves.toEqual([{ offset: 0, metadata: 'kept' }]);
    });

    it('end polls with closed once a member has left', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'left');
      const { consumer, seen } = await joined(harness, harness.name('group'), [topic]);
      await closeAll(harness, [consumer]);
      await expect(pollOnce(harness, consumer, seen)).rejects.toMatchObject({ code: 'closed' });
    });
  });
}
