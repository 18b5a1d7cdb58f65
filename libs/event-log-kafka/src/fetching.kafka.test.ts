import { randomBytes } from 'node:crypto';
import type { EventLog } from '@logweave/event-log';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { KafkaTools } from './testing/kafka-tools.ts';
import { rawBatches } from './testing/raw-batches.ts';
import { openTestLog, readToEnd, recordOf, topicSpec, until, valuesOf } from './testing/test-log.ts';

const kafka = inject('kafka');
const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;

describe.skipIf('unavailable' in kafka)('what kafkajs gets wrong, on a real broker', () => {
  let log: EventLog;
  let tools: KafkaTools;
  let topic = '';
  beforeEach(async () => {
    log = openTestLog(brokers);
    tools = new KafkaTools(brokers);
    topic = `fetching-${crypto.randomUUID()}`;
  });
  afterEach(async () => {
    await log.close();
    await tools.close();
  });

  async function append(values: readonly (string | null)[], key: string | Buffer | null = null): Promise<void> {
    const producer = await log.producer();
    await producer.append([{ topic, partition: 0, records: values.map((value) => recordOf(value, key)) }]);
    await producer.close();
  }

  /** Compacts all but the batch that was written last. */
  async function compactAtOnce(): Promise<void> {
    await tools.configure(topic, {
      'cleanup.policy': 'compact',
      'max.message.bytes': '2100000',
      'segment.ms': '1',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '0',
    });
  }

  it('aborted transactions of several writers at once are left out, and nothing of the others', async () => {
    await log.ensureTopic(topicSpec(topic));
    const one = (value: string) => ({ topic, partition: 0, records: [recordOf(value)] });
    const begin = (value: string) => tools.beginTransaction(`${value}-${topic}`, one(value));
    // They interleave, end in another order than they began, and a new one begins before older ones end. Read from the
    // middle, several are open at the first record: kafkajs takes only one of them off its list.
    const x = await begin('x aborted');
    const y = await begin('y aborted');
    const z = await begin('z committed');
    await append(['plain']);
    for (const [transaction, value] of [
      [y, 'y aborted'],
      [z, 'z committed'],
      [x, 'x aborted'],
      [y, 'y aborted'],
    ] as const) {
      await transaction.append(one(value));
    }
    await y.abort();
    const w = await begin('w aborted');
    await x.abort();
    await z.commit();
    const v = await begin('v committed');
    await w.abort();
    await v.commit();
    await append(['end']);
    await until('the end to be stable', async () => {
      const [marks] = await log.watermarks(topic);
      return marks?.stable === marks?.high ? true : null;
    });
    const all = await readToEnd(log, topic);
    expect(valuesOf(all)).toEqual(['z committed', 'plain', 'z committed', 'v committed', 'end']);
    const [marks] = await log.watermarks(topic);
    for (let from = 0; from < (marks?.stable ?? 0); from++) {
      const rest = all.filter(({ offset }) => offset >= from);
      expect(valuesOf(await readToEnd(log, topic, 0, from))).toEqual(valuesOf(rest));
    }
  });

  it('a key of a user that looks like an abort marker ends no transaction', async () => {
    await log.ensureTopic(topicSpec(topic));
    const markerKey = Buffer.from([0, 0, 0, 0]);
    const records = ['first', 'second', 'third'].map((value) => recordOf(value, markerKey));
    const open = await tools.beginTransaction(`id-${topic}`, { topic, partition: 0, records });
    await open.abort();
    await append(['kept'], markerKey);
    expect(valuesOf(await readToEnd(log, topic))).toEqual(['kept']);
  });

  it('batches that compaction has emptied are passed over, by readers and by members of a group', async () => {
    await log.ensureTopic(topicSpec(topic, { cleanup: 'compact', maxRecordBytes: 2_000_000 }));
    await compactAtOnce();
    // Each producer's last batch stays for its sequence number, emptied when a later one has all of its keys.
    for (let i = 0; i < 4; i++) await append([`${i}`], 'same key');
    // The one that is left does not fit into the answer behind them: the position must move over them alone.
    const value = randomBytes(1_200_000).toString('base64url');
    await append([value], 'same key');
    // What was written last is in the active segment, which is not compacted.
    const batches = await until('empty batches', async () => {
      await append(['later'], 'another key');
      const raw = await rawBatches(brokers, topic);
      return raw.slice(0, 4).every(({ count }) => count === 0) ? raw : null;
    });
    expect(batches[0]).toEqual({ baseOffset: 0, lastOffset: 0, count: 0 });
    const [record] = await readToEnd(log, topic);
    expect(record?.offset).toBe(4);
    expect(Buffer.from(record?.value ?? []).toString() === value).toBe(true);
    const consumer = await log.consumer({ group: `group-${topic}`, topics: [topic] });
    const first = await until('a record', async () => {
      const polled = await consumer.poll({ timeoutMs: 200 });
      return polled.kind === 'records' ? (polled.batches[0]?.records[0] ?? null) : null;
    });
    expect(first.offset).toBe(4);
    await consumer.close();
  });

  it('a partition that ends in an aborted transaction is read to its end', async () => {
    await log.ensureTopic(topicSpec(topic));
    const open = await tools.beginTransaction(`id-${topic}`, { topic, partition: 0, records: [recordOf('v', 'k')] });
    await open.abort();
    const consumer = await log.consumer({ group: `group-${topic}`, topics: [topic] });
    await until('the position behind the marker', async () => {
      await consumer.poll({ timeoutMs: 200 });
      const [marks] = await log.watermarks(topic);
      return marks?.high === 2 && consumer.position({ topic, partition: 0 }) === 2 ? true : null;
    });
    expect(consumer.endOffset({ topic, partition: 0 })).toBe(2);
    await consumer.close();
  });

  it('an end behind which a transaction is open is not known: what is silent there is not silent', async () => {
    await log.ensureTopic(topicSpec(topic));
    const open = await tools.beginTransaction(`id-${topic}`, { topic, partition: 0, records: [recordOf('v', 'k')] });
    const consumer = await log.consumer({ group: `group-${topic}`, topics: [topic] });
    await until('the partition', async () =>
      (await consumer.poll({ timeoutMs: 200 })).kind === 'assignment' ? true : null,
    );
    for (let i = 0; i < 5; i++) {
      await expect(consumer.poll({ timeoutMs: 200 })).resolves.toEqual({ kind: 'idle' });
      expect(consumer.endOffset({ topic, partition: 0 })).toBeUndefined();
    }
    await open.commit();
    await until('the end', async () => {
      await consumer.poll({ timeoutMs: 200 });
      return consumer.endOffset({ topic, partition: 0 }) === 2 ? true : null;
    });
    await consumer.close();
  });
});
