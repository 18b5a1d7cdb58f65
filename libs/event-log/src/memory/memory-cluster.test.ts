import { VirtualClock } from '@logweave/model';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommitOutcome, TopicPartition, Transaction } from '../port.ts';
import { MemoryCluster } from './memory-cluster.ts';

const TOPIC = 'http';
const PARTITION: TopicPartition = { topic: TOPIC, partition: 0 };

describe('MemoryCluster', () => {
  let clock: VirtualClock;
  let cluster: MemoryCluster;

  beforeEach(() => {
    clock = new VirtualClock();
    cluster = new MemoryCluster({ clock });
    cluster.ensureTopic({
      name: TOPIC,
      partitions: 2,
      cleanup: 'delete',
      retentionMs: null,
      retentionBytes: null,
      maxRecordBytes: 1_000,
    });
  });

  const transaction = (value: string, offset = 1): Transaction => ({
    batches: [
      { ...PARTITION, records: [{ key: null, value: Buffer.from(value), headers: [], timestampMs: clock.wallMs() }] },
    ],
    group: 'group',
    offsets: [{ ...PARTITION, offset, metadata: value }],
  });
  const stored = (): string[] => cluster.records(TOPIC).map(({ value }) => Buffer.from(value ?? []).toString());

  it('tries a refused append again until it works', async () => {
    const producer = await cluster.connect().producer();
    cluster.faults.plan({ on: 'append', kind: 'refuse' }, { times: 3 });
    const appended = producer.append(transaction('v').batches);
    await clock.advance(250);
    expect(stored()).toEqual([]);
    await clock.advance(100);
    await expect(appended).resolves.toEqual([0]);
    expect(stored()).toEqual(['v']);
    expect(cluster.faults.outstanding).toBe(0);
  });

  it('appends once when the answer is lost, however often', async () => {
    const producer = await cluster.connect().producer();
    cluster.faults.plan({ on: 'append', kind: 'lose_answer' }, { times: 2, where: TOPIC });
    const appended = producer.append(transaction('v').batches);
    await clock.advance(200);
    await expect(appended).resolves.toEqual([0]);
    expect(stored()).toEqual(['v']);
  });

  it('aborts a refused commit whole', async () => {
    const producer = await cluster.connect().transactionalProducer('id');
    cluster.faults.plan({ on: 'commit', kind: 'refuse' });
    await expect(producer.commit(transaction('v'))).resolves.toMatchObject({ kind: 'aborted' });
    expect(stored()).toEqual([]);
    expect(cluster.committed('group', cluster.partitionId(TOPIC, 0))).toBeNull();
  });

  it('shows nothing of a commit that takes long until it is through', async () => {
    const producer = await cluster.connect().transactionalProducer('id');
    cluster.faults.plan({ on: 'commit', kind: 'delay', ms: 500 });
    const committing = producer.commit(transaction('v'));
    await clock.advance(400);
    expect(stored()).toEqual([]);
    expect(cluster.partition(0).watermarks).toEqual({ low: 0, high: 1, stable: 0 });
    await clock.advance(100);
    await expect(committing).resolves.toMatchObject({ kind: 'committed' });
    expect(stored()).toEqual(['v']);
  });

  it('fences a commit when somebody else opens its id meanwhile', async () => {
    const producer = await cluster.connect().transactionalProducer('id');
    cluster.faults.plan({ on: 'commit', kind: 'delay', ms: 500 });
    const committing = producer.commit(transaction('zombie'));
    await clock.advance(100);
    await cluster.connect().transactionalProducer('id');
    await clock.advance(400);
    await expect(committing).resolves.toEqual({ kind: 'fenced' });
    expect(stored()).toEqual([]);
  });

  it('never answers a process that was killed, and aborts what it left open after the timeout', async () => {
    const client = cluster.connect();
    const producer = await client.transactionalProducer('id');
    cluster.faults.plan({ on: 'commit', kind: 'delay', ms: 500 });
    const outcomes: CommitOutcome[] = [];
    void producer.commit(transaction('v')).then((outcome) => outcomes.push(outcome));
    await clock.advance(100);
    await client.crash();
    await clock.advance(10_000);
    expect(cluster.partition(0).watermarks.stable).toBe(0);
    await clock.advance(20_000);
    expect(cluster.partition(0).watermarks.stable).toBe(1);
    expect(outcomes).toEqual([]);
    expect(stored()).toEqual([]);
  });

  it('gives the partitions of a killed process to the others', async () => {
    const [a, b] = [cluster.connect(), cluster.connect()];
    const first = await a.consumer({ group: 'group', topics: [TOPIC] });
    const second = await b.consumer({ group: 'group', topics: [TOPIC] });
    await first.poll({ timeoutMs: 0 });
    await expect(second.poll({ timeoutMs: 0 })).resolves.toMatchObject({ gained: [{ topic: TOPIC, partition: 1 }] });
    await a.crash();
    await expect(second.poll({ timeoutMs: 0 })).resolves.toMatchObject({ gained: [PARTITION], lost: [] });
  });

  it('fences commits of members that were expelled, which lose and gain everything when they poll again', async () => {
    const consumer = await cluster.connect().consumer({ group: 'group', topics: [TOPIC] });
    await consumer.poll({ timeoutMs: 0 });
    cluster.groups.expel('group');
    await expect(consumer.commit(transaction('v').offsets)).resolves.toBe('fenced');
    const rejoined = await consumer.poll({ timeoutMs: 0 });
    expect(rejoined).toMatchObject({ kind: 'assignment', gained: [{}, {}], lost: [{}, {}] });
    await expect(consumer.commit(transaction('v').offsets)).resolves.toBe('committed');
  });

  it('finds nothing while the log is away, and goes on when it is back', async () => {
    const client = cluster.connect();
    const consumer = await client.consumer({ group: 'group', topics: [TOPIC] });
    await consumer.poll({ timeoutMs: 0 });
    const producer = await client.producer();
    cluster.setAvailable(false);
    const appended = producer.append(transaction('v').batches);
    await clock.advance(600_000);
    await expect(consumer.poll({ timeoutMs: 0 })).resolves.toEqual({ kind: 'idle' });
    cluster.setAvailable(true);
    await clock.advance(100);
    await expect(appended).resolves.toEqual([0]);
    await expect(consumer.poll({ timeoutMs: 0 })).resolves.toMatchObject({ kind: 'records' });
  });
});
