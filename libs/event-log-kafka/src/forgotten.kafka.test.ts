import type { EventLog, TransactionalProducer } from '@logweave/event-log';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { TransactionIdentity } from './kafkajs.ts';
import { produceRequest } from './produce-request.ts';
import { encodeRecordBatches, signBatch } from './record-batch-encoder.ts';
import { testCluster } from './testing/test-cluster.ts';
import { startTestKafka, type TestKafka } from './testing/test-kafka.ts';
import { openTestLog, readToEnd, recordOf, topicSpec } from './testing/test-log.ts';

const OFFSET = 9;

/** A broker that takes the word of clients for what belongs to a transaction, so that one without an end can be made. */
describe.skipIf('unavailable' in inject('kafka'))('a transaction that the brokers have not ended', () => {
  let kafka: TestKafka;
  let cluster: KafkaCluster;
  let log: EventLog;
  let topic: string;
  let forgotten: string[];

  beforeAll(async () => {
    const started = await startTestKafka({ properties: { 'transaction.partition.verification.enable': false } });
    if ('unavailable' in started) throw new Error(started.unavailable);
    kafka = started;
  });
  afterAll(() => kafka.close());
  beforeEach(async () => {
    forgotten = [];
    cluster = testCluster(kafka.bootstrapServers);
    log = openTestLog(kafka.bootstrapServers, {}, { transactionForgotten: (id) => forgotten.push(id) });
    topic = `forgotten-${crypto.randomUUID()}`;
    await log.ensureTopic(topicSpec(topic));
  });
  afterEach(async () => {
    await log.close();
    await cluster.close();
  });

  const input = () => ({ topic, partition: 0, offset: OFFSET, metadata: 'm' });
  const scope = () => ({ group: topic, offsets: [input()], partitions: [{ topic, partition: 0 }] });
  const values = async () => (await readToEnd(log, topic)).map(({ value }) => Buffer.from(value ?? []).toString());

  async function commit(producer: TransactionalProducer, value: string): Promise<void> {
    const batches = [{ topic, partition: 0, records: [recordOf(value)] }];
    await expect(producer.commit({ batches, group: topic, offsets: [input()] })).resolves.toMatchObject({
      kind: 'committed',
    });
  }

  /** Records and offsets of a transaction of which the coordinator knows nothing. */
  async function leave(value: string): Promise<void> {
    const transaction = { giveUpMs: 10_000, repeatable: true };
    const made = await cluster.ask(
      'transaction',
      topic,
      (broker) => broker.initProducerId({ transactionalId: topic, transactionTimeout: 10_000 }),
      transaction,
    );
    const identity: TransactionIdentity = { transactionalId: topic, ...made };
    const [encoded] = encodeRecordBatches([recordOf(value)], Number.POSITIVE_INFINITY, 'none');
    const batch = encoded?.batch ?? Buffer.alloc(0);
    const producerId = BigInt(made.producerId);
    signBatch(batch, { producerId, producerEpoch: made.producerEpoch, baseSequence: 0, transactional: true });
    const leader = await cluster.broker((await cluster.leader(topic, 0)) ?? -1);
    await leader.connectionPool.send(produceRequest(topic, [{ topic, partition: 0, batch }], 5_000));
    const topics = [{ topic, partitions: [{ partition: 0, offset: String(OFFSET + 1), metadata: 'lost' }] }];
    await cluster.ask(
      'group',
      topic,
      (broker) => broker.txnOffsetCommit({ ...identity, groupId: topic, topics }),
      transaction,
    );
  }

  it('fault 9: is undone by the next holder of its id, which reads the offsets from before and goes on', async () => {
    const first = await log.transactionalProducer(topic, scope());
    await commit(first, 'before');
    await leave('in between');
    expect(await values()).toEqual(['before']);
    const next = await log.transactionalProducer(topic, scope());
    expect(forgotten).toEqual([topic]);
    await expect(log.committed(topic, [input()])).resolves.toEqual([{ offset: OFFSET, metadata: 'm' }]);
    await commit(next, 'after');
    // Committed is what the coordinator has written down; readers see it when the partition has been told.
    await expect.poll(values, { timeout: 10_000 }).toEqual(['before', 'after']);
  });

  it('is not taken for what a predecessor has left open, which its coordinator ends', async () => {
    const first = await log.transactionalProducer(topic, scope());
    await commit(first, 'before');
    await log.transactionalProducer(topic, scope());
    expect(forgotten).toEqual([]);
  });
});
