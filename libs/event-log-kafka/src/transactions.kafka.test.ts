import type { CommitOutcome, EventLog, TransactionalProducer } from '@logweave/event-log';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { KafkaProxy } from './testing/kafka-proxy.ts';
import { openTestLog, readToEnd, recordOf, topicSpec, valuesOf } from './testing/test-log.ts';

const kafka = inject('kafka');
const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;

describe.skipIf('unavailable' in kafka)('transactions on a real broker', () => {
  let proxy: KafkaProxy;
  let log: EventLog;
  let [input, output, group, id] = ['', '', '', ''];
  beforeEach(async () => {
    proxy = await KafkaProxy.start(brokers);
    log = openTestLog(proxy.bootstrapServers);
    const suffix = crypto.randomUUID();
    [input, output, group, id] = [`input-${suffix}`, `output-${suffix}`, `group-${suffix}`, `id-${suffix}`];
    for (const topic of [input, output]) await log.ensureTopic(topicSpec(topic, { partitions: 2 }));
  });
  afterEach(async () => {
    await log.close();
    await proxy.close();
  });

  /** Two records, one in each partition, and an offset with its number as metadata. */
  function commit(producer: TransactionalProducer, number: number): Promise<CommitOutcome> {
    return producer.commit({
      batches: [0, 1].map((partition) => ({ topic: output, partition, records: [recordOf(`${number}`)] })),
      group,
      offsets: [{ topic: input, partition: 0, offset: number, metadata: `m${number}` }],
    });
  }

  async function committedNumber(of: EventLog): Promise<number> {
    const [found] = await of.committed(group, [{ topic: input, partition: 0 }]);
    if (found !== null) expect(found?.metadata).toBe(`m${found?.offset}`);
    return found?.offset ?? 0;
  }

  async function numbers(of: EventLog): Promise<[string[], string[]]> {
    return [valuesOf(await readToEnd(of, output, 0)), valuesOf(await readToEnd(of, output, 1))];
  }

  it('two hundred, one right after the other, all commit, and each ends once', async () => {
    const producer = await log.transactionalProducer(id);
    for (let number = 1; number <= 200; number++) {
      expect(await commit(producer, number)).toMatchObject({ kind: 'committed' });
    }
    expect(await committedNumber(log)).toBe(200);
    const all = Array.from({ length: 200 }, (_, i) => `${i + 1}`);
    await expect.poll(() => numbers(log), { timeout: 10_000 }).toEqual([all, all]);
    // Only the requests at the beginning meet what is left of the transaction before, and are sent again.
    expect(proxy.requests('endTxn')).toBe(200);
  });

  it('fault 3: an owner that dies before the end of a transaction leaves the offsets from before, twenty times', async () => {
    let sent = 0;
    for (let round = 0; round < 20; round++) {
      const owner = openTestLog(proxy.bootstrapServers);
      const producer = await owner.transactionalProducer(id);
      expect(await committedNumber(owner)).toBe(round);
      expect(await commit(producer, round + 1)).toMatchObject({ kind: 'committed' });
      const lost = proxy.loseNext('endTxn', 'request');
      const dying = commit(producer, 1_000 + round);
      await lost;
      await owner.close();
      expect(await dying).toMatchObject({ kind: 'unknown' });
      sent++;
    }
    await log.transactionalProducer(id);
    expect(await committedNumber(log)).toBe(sent);
    const all = Array.from({ length: sent }, (_, i) => `${i + 1}`);
    await expect.poll(() => numbers(log), { timeout: 10_000 }).toEqual([all, all]);
  });

  it.each(['initProducerId', 'addPartitionsToTxn', 'addOffsetsToTxn', 'produce', 'txnOffsetCommit'] as const)(
    'a lost answer to %s is asked for again, and nothing stands twice',
    async (api) => {
      // The first request for a producer of the topics' creation is none of these.
      const lost = proxy.loseNext(api, 'answer');
      const producer = await log.transactionalProducer(id);
      expect(await commit(producer, 1)).toMatchObject({ kind: 'committed' });
      await lost;
      expect(await commit(producer, 2)).toMatchObject({ kind: 'committed' });
      expect(await committedNumber(log)).toBe(2);
      await expect
        .poll(() => numbers(log), { timeout: 10_000 })
        .toEqual([
          ['1', '2'],
          ['1', '2'],
        ]);
    },
  );

  it.each([
    { loss: 'request', visible: [] },
    { loss: 'answer', visible: ['1'] },
  ] as const)(
    'fault 11: the end of a transaction whose $loss was lost is unknown until the id is opened again',
    async ({ loss, visible }) => {
      const producer = await log.transactionalProducer(id);
      const lost = proxy.loseNext('endTxn', loss);
      expect(await commit(producer, 1)).toMatchObject({ kind: 'unknown' });
      await lost;
      // It is done: nothing of it is sent a second time.
      expect(await commit(producer, 1)).toMatchObject({ kind: 'aborted', error: { code: 'closed' } });
      const next = await log.transactionalProducer(id);
      expect(await committedNumber(log)).toBe(visible.length);
      await expect.poll(() => numbers(log), { timeout: 10_000 }).toEqual([visible, visible]);
      expect(await commit(next, 2)).toMatchObject({ kind: 'committed' });
      await expect
        .poll(() => numbers(log), { timeout: 10_000 })
        .toEqual([
          [...visible, '2'],
          [...visible, '2'],
        ]);
    },
  );

  it.each(['addPartitionsToTxn', 'produce', 'txnOffsetCommit', 'endTxn'] as const)(
    'fault 8: an owner that stood still before %s while another took over writes nothing, and is told so',
    async (api) => {
      const zombie = await log.transactionalProducer(id);
      expect(await commit(zombie, 1)).toMatchObject({ kind: 'committed' });
      const held = proxy.holdNext(api);
      const late = commit(zombie, 1_000);
      await held.reached;
      const heir = openTestLog(brokers);
      const producer = await heir.transactionalProducer(id);
      expect(await committedNumber(heir)).toBe(1);
      expect(await commit(producer, 2)).toMatchObject({ kind: 'committed' });
      held.release();
      expect(await late).toEqual({ kind: 'fenced' });
      expect(await commit(producer, 3)).toMatchObject({ kind: 'committed' });
      expect(await committedNumber(heir)).toBe(3);
      expect(await numbers(heir)).toEqual([
        ['1', '2', '3'],
        ['1', '2', '3'],
      ]);
      await heir.close();
    },
  );

  it('a transaction that its coordinator ended for being too long is never half there', async () => {
    const impatient = openTestLog(proxy.bootstrapServers, { transactionTimeoutMs: 1_000 });
    const producer = await impatient.transactionalProducer(id);
    const held = proxy.holdNext('endTxn');
    const late = commit(producer, 1);
    await held.reached;
    // The coordinator looks every half second; when it has ended the transaction the partition is stable again.
    await expect.poll(async () => (await log.watermarks(output))[0], { timeout: 20_000 }).toMatchObject({ stable: 2 });
    held.release();
    expect(await late).toEqual({ kind: 'fenced' });
    expect(await committedNumber(log)).toBe(0);
    await expect.poll(() => numbers(log), { timeout: 10_000 }).toEqual([[], []]);
    await impatient.close();
  });
});
