import { describe, expect, it } from 'vitest';
import { MAX_METADATA_UNITS, type OffsetCommit } from '../port.ts';
import { type ContractCapabilities, type ContractHarness, eventually } from './harness.ts';
import { append, batchOf, createTopic, MAX_RECORD_BYTES, readAll, readCount, transact, values } from './steps.ts';

function offsetOf(topic: string, offset: number, metadata = ''): OffsetCommit {
  return { topic, partition: 0, offset, metadata };
}

export function transactionsContract(current: () => ContractHarness, capabilities: ContractCapabilities): void {
  describe('transactions', () => {
    it('make records, offsets and metadata visible together', async () => {
      const harness = current();
      const input = await createTopic(harness, 'input');
      const output = await createTopic(harness, 'output', { partitions: 2 });
      await append(harness, input, ['1', '2']);
      const group = harness.name('group');
      const outcome = await transact(harness, harness.name('id'), {
        batches: [batchOf(harness, output, ['a', 'b'], 1), batchOf(harness, output, ['c'], 0)],
        group,
        offsets: [offsetOf(input, 2, 'watermark 17')],
      });
      expect(outcome).toEqual({ kind: 'committed', baseOffsets: [0, 0] });
      expect(values(await readCount(harness, output, 2, 1))).toEqual(['a', 'b']);
      expect(values(await readCount(harness, output, 1, 0))).toEqual(['c']);
      await expect(harness.log.committed(group, [{ topic: input, partition: 0 }])).resolves.toEqual([
        { offset: 2, metadata: 'watermark 17' },
      ]);
    });

    it('follow one another on one producer, the later offsets winning', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'sequence');
      const group = harness.name('group');
      const producer = await harness.settle(harness.log.transactionalProducer(harness.name('id')));
      for (let i = 0; i < 10; i++) {
        const outcome = await harness.settle(
          producer.commit({ batches: [batchOf(harness, topic, [`${i}`])], group, offsets: [offsetOf(topic, i)] }),
        );
        expect(outcome.kind).toBe('committed');
      }
      await producer.close();
      const records = await readCount(harness, topic, 10);
      expect(values(records)).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`));
      const [committed] = await harness.log.committed(group, [{ topic, partition: 0 }]);
      expect(committed?.offset).toBe(9);
    });

    it('may carry offsets only', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'offsets');
      const group = harness.name('group');
      const outcome = await transact(harness, harness.name('id'), {
        batches: [],
        group,
        offsets: [offsetOf(topic, 0)],
      });
      expect(outcome).toEqual({ kind: 'committed', baseOffsets: [] });
      const [committed] = await harness.log.committed(group, [{ topic, partition: 0 }]);
      expect(committed?.offset).toBe(0);
    });

    it('that hold a record over the limit are aborted whole, and the producer is done', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'large');
      const group = harness.name('group');
      const id = harness.name('id');
      const producer = await harness.settle(harness.log.transactionalProducer(id));
      const outcome = await harness.settle(
        producer.commit({
          batches: [batchOf(harness, topic, ['small']), batchOf(harness, topic, ['x'.repeat(MAX_RECORD_BYTES + 1)])],
          group,
          offsets: [offsetOf(topic, 5)],
        }),
      );
      expect(outcome).toMatchObject({ kind: 'aborted', error: { code: 'record_too_large' } });
      const again = await harness.settle(producer.commit({ batches: [], group, offsets: [] }));
      expect(again.kind).toBe('aborted');
      await producer.close();
      const next = await transact(harness, id, { batches: [batchOf(harness, topic, ['next'])], group, offsets: [] });
      expect(next.kind).toBe('committed');
      expect(values(await readCount(harness, topic, 1))).toEqual(['next']);
      await expect(harness.log.committed(group, [{ topic, partition: 0 }])).resolves.toEqual([null]);
    });

    it(`carry metadata of ${MAX_METADATA_UNITS} units and are aborted with one more`, async () => {
      const harness = current();
      const topic = await createTopic(harness, 'metadata');
      const group = harness.name('group');
      const id = harness.name('id');
      const metadata = 'ü'.repeat(MAX_METADATA_UNITS);
      const commit = (metadata: string): ReturnType<typeof transact> =>
        transact(harness, id, {
          batches: [batchOf(harness, topic, ['v'])],
          group,
          offsets: [offsetOf(topic, 1, metadata)],
        });
      await expect(commit(metadata)).resolves.toMatchObject({ kind: 'committed' });
      await expect(commit(`${metadata}x`)).resolves.toMatchObject({
        kind: 'aborted',
        error: { code: 'metadata_too_large' },
      });
      const [committed] = await harness.log.committed(group, [{ topic, partition: 0 }]);
      expect(committed).toEqual({ offset: 1, metadata });
      expect(await readAll(harness, { topic, partition: 0 }, 0)).toHaveLength(1);
    });

    it('of a producer whose id was opened again are fenced, and nothing of them is visible', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'fenced');
      const group = harness.name('group');
      const id = harness.name('id');
      const transaction = (value: string, offset: number) => ({
        batches: [batchOf(harness, topic, [value])],
        group,
        offsets: [offsetOf(topic, offset)],
      });
      const zombie = await harness.settle(harness.log.transactionalProducer(id));
      await harness.settle(zombie.commit(transaction('first', 1)));
      const owner = await harness.settle(harness.log.transactionalProducer(id));
      await expect(harness.settle(zombie.commit(transaction('zombie', 99)))).resolves.toEqual({ kind: 'fenced' });
      await expect(harness.settle(owner.commit(transaction('second', 2)))).resolves.toMatchObject({
        kind: 'committed',
      });
      await zombie.close();
      await owner.close();
      expect(values(await readCount(harness, topic, 2))).toEqual(['first', 'second']);
      const [committed] = await harness.log.committed(group, [{ topic, partition: 0 }]);
      expect(committed?.offset).toBe(2);
    });

    it('go on after a restart, and an id that others hold is not touched', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'restart');
      const group = harness.name('group');
      const id = harness.name('id');
      const commit = (value: string) =>
        transact(harness, id, {
          batches: [batchOf(harness, topic, [value])],
          group,
          offsets: [offsetOf(topic, 1, value)],
        });
      await commit('before');
      await harness.reopen();
      await expect(harness.log.committed(group, [{ topic, partition: 0 }])).resolves.toEqual([
        { offset: 1, metadata: 'before' },
      ]);
      await expect(commit('after')).resolves.toMatchObject({ kind: 'committed' });
      expect(values(await readCount(harness, topic, 2))).toEqual(['before', 'after']);
    });

    describe.skipIf(!capabilities.lostAnswers)('whose answer is lost', () => {
      it.each([{ applied: true }, { applied: false }])(
        'are of unknown outcome, which opening the id again resolves (applied: $applied)',
        async ({ applied }) => {
          const harness = current();
          const topic = await createTopic(harness, 'lost');
          const group = harness.name('group');
          const id = harness.name('id');
          const producer = await harness.settle(harness.log.transactionalProducer(id));
          harness.loseNextCommitAnswer(applied);
          const outcome = await harness.settle(
            producer.commit({ batches: [batchOf(harness, topic, ['v'])], group, offsets: [offsetOf(topic, 7)] }),
          );
          expect(outcome.kind).toBe('unknown');
          await producer.close();
          const next = await harness.settle(harness.log.transactionalProducer(id));
          const [committed] = await harness.log.committed(group, [{ topic, partition: 0 }]);
          expect(committed).toEqual(applied ? { offset: 7, metadata: '' } : null);
          expect(values(await readAll(harness, { topic, partition: 0 }, 0))).toEqual(applied ? ['v'] : []);
          await next.close();
        },
      );
    });

    describe.skipIf(!capabilities.openTransactions)('that are open', () => {
      it('hold back what was appended behind them, and nothing of them is seen when they are aborted', async () => {
        const harness = current();
        const topic = await createTopic(harness, 'open');
        await append(harness, topic, ['before']);
        const open = await harness.beginTransaction(harness.name('id'), batchOf(harness, topic, ['open']));
        await append(harness, topic, ['behind']);
        const [held] = await harness.log.watermarks(topic);
        expect(held).toMatchObject({ low: 0, stable: 1 });
        expect(held?.high).toBeGreaterThanOrEqual(3);
        expect(values(await readAll(harness, { topic, partition: 0 }, 0))).toEqual(['before']);
        await harness.settle(open.abort());
        expect(values(await readCount(harness, topic, 2))).toEqual(['before', 'behind']);
        await eventually(harness, 'the stable end at the end', async () => {
          const [marks] = await harness.log.watermarks(topic);
          return marks?.stable === marks?.high ? true : undefined;
        });
      });

      it('become visible in their place when they commit', async () => {
        const harness = current();
        const topic = await createTopic(harness, 'late');
        const open = await harness.beginTransaction(harness.name('id'), batchOf(harness, topic, ['open']));
        await append(harness, topic, ['behind']);
        await harness.settle(open.commit());
        expect(values(await readCount(harness, topic, 2))).toEqual(['open', 'behind']);
      });

      it('are ended by whoever opens their id next', async () => {
        const harness = current();
        const topic = await createTopic(harness, 'taken');
        const id = harness.name('id');
        await harness.beginTransaction(id, batchOf(harness, topic, ['open']));
        await append(harness, topic, ['behind']);
        const next = await harness.settle(harness.log.transactionalProducer(id));
        expect(values(await readCount(harness, topic, 1))).toEqual(['behind']);
        await next.close();
      });
    });
  });
}
