import type { EventLog, ProducerRecord } from '@logweave/event-log';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { KafkaTools } from './testing/kafka-tools.ts';
import { openTestLog, readToEnd, recordOf, topicSpec, until, valuesOf } from './testing/test-log.ts';

const kafka = inject('kafka');
const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;

describe.skipIf('unavailable' in kafka)('records at the limits of a broker', () => {
  let log: EventLog;
  let tools: KafkaTools;
  let topic = '';
  beforeEach(async () => {
    log = openTestLog(brokers, { compression: 'none' });
    tools = new KafkaTools(brokers);
    topic = `limits-${crypto.randomUUID()}`;
    await log.ensureTopic(topicSpec(topic, { maxRecordBytes: 1_000_000 }));
  });
  afterEach(async () => {
    await log.close();
    await tools.close();
  });

  const batchOf = (...records: ProducerRecord[]) => [{ topic, partition: 0, records }];

  it('fault 15: that are too large for a topic which takes less by now are refused, and others go on', async () => {
    const producer = await log.producer();
    await producer.append(batchOf(recordOf('fits')));
    // Behind the back of the producer, which knows the limit of before.
    await tools.configure(topic, { 'max.message.bytes': '100000' });
    const large = recordOf('x'.repeat(500_000));
    await until('the new limit', async () => {
      const refused = await producer.append(batchOf(large)).catch((error: unknown) => error);
      return refused instanceof Error ? refused : null;
    }).then((refused) => expect(refused).toMatchObject({ code: 'record_too_large', retriable: false }));
    await producer.append(batchOf(recordOf('next')));
    const transactional = await log.transactionalProducer(`id-${topic}`);
    const outcome = await transactional.commit({ batches: batchOf(recordOf('a'), large), group: 'g', offsets: [] });
    expect(outcome).toMatchObject({ kind: 'aborted', error: { code: 'record_too_large' } });
    await producer.append(batchOf(recordOf('last')));
    const values = valuesOf(await readToEnd(log, topic)).filter((value) => value.length < 10);
    expect(values).toEqual(['fits', 'next', 'last']);
    await producer.close();
  });

  it('fault 15: at the limit to the byte are taken, whole and in a batch with others', async () => {
    const producer = await log.producer();
    const atLimit = recordOf('x'.repeat(1_000_000));
    await producer.append(batchOf(recordOf('a'), atLimit, recordOf('b'), atLimit));
    await expect(producer.append(batchOf(recordOf('x'.repeat(1_000_001))))).rejects.toMatchObject({
      code: 'record_too_large',
    });
    expect((await readToEnd(log, topic)).map(({ value }) => value?.length)).toEqual([1, 1_000_000, 1, 1_000_000]);
    await producer.close();
  });

  it('fault 61: with ten thousand headers are brought back as they were', async () => {
    const headers = Array.from({ length: 10_000 }, (_, i) => ({ name: `name-${i}`, value: Buffer.from(`${i}`) }));
    const producer = await log.producer();
    await producer.append(batchOf({ ...recordOf('many'), headers }));
    const [record] = await readToEnd(log, topic);
    expect(record?.headers.length).toBe(10_000);
    expect(record?.headers.map(({ name, value }) => [name, Buffer.from(value).toString()])).toEqual(
      headers.map(({ name, value }) => [name, value.toString()]),
    );
    await producer.close();
  });
});
