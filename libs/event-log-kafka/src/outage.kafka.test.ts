import type { EventLog } from '@logweave/event-log';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { startTestKafka, type TestBroker, type TestKafka } from './testing/test-kafka.ts';
import { openTestLog, readToEnd, recordOf, retried, topicSpec, until, valuesOf } from './testing/test-log.ts';

const OUTAGE_MS = 8_000;

describe.skipIf('unavailable' in inject('kafka'))('a broker that is gone for a while', () => {
  let kafka: TestKafka;
  let broker: TestBroker;
  let log: EventLog;
  beforeEach(async () => {
    const started = await startTestKafka();
    if ('unavailable' in started) throw new Error(started.unavailable);
    kafka = started;
    broker = kafka.brokers[0] as TestBroker;
    log = openTestLog(kafka.bootstrapServers);
  });
  afterEach(async () => {
    await log.close();
    await kafka.close();
  });

  it('fault 10: is waited for without haste by all that was going on, and nothing is lost or doubled', async () => {
    const [input, output, group] = ['input', 'output', 'group'];
    for (const topic of [input, output]) await log.ensureTopic(topicSpec(topic, { partitions: 4 }));
    const partitions = [0, 1, 2, 3];
    const producer = await log.producer();
    const consumer = await log.consumer({ group, topics: [input] });
    const transactional = await log.transactionalProducer('id');
    const append = (value: string) =>
      producer.append(partitions.map((partition) => ({ topic: input, partition, records: [recordOf(value)] })));
    await append('before');
    const read: string[] = [];
    const take = async (): Promise<void> => {
      const polled = await consumer.poll({ timeoutMs: 200 });
      if (polled.kind === 'records') for (const { records } of polled.batches) read.push(...valuesOf(records));
    };
    await until('the first records', async () => {
      await take();
      return read.length === partitions.length ? true : null;
    });
    await broker.kill();
    const during = ['during 0', 'during 1', 'during 2'].map((value) => append(value));
    const committing = transactional.commit({
      batches: [{ topic: output, partition: 0, records: [recordOf('in the outage')] }],
      group: 'other',
      offsets: [{ topic: input, partition: 0, offset: 1, metadata: '' }],
    });
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    while (performance.now() - began < OUTAGE_MS) await take();
    const { user, system } = process.cpuUsage(cpu);
    // Everything tries again and again, and all of it together is a fraction of one processor.
    expect((user + system) / 1_000 / OUTAGE_MS).toBeLessThan(0.25);
    expect(read).toHaveLength(partitions.length);
    await expect(log.watermarks(input)).rejects.toMatchObject({ code: 'unavailable', retriable: true });
    await broker.start();
    expect(await Promise.all(during)).toEqual([1, 2, 3].map((base) => partitions.map(() => base)));
    await append('after');
    await until('all records', async () => {
      await take();
      return read.length >= 5 * partitions.length ? true : null;
    });
    expect(read.toSorted()).toEqual(
      ['after', 'before', 'during 0', 'during 1', 'during 2'].flatMap((value) => partitions.map(() => value)),
    );
    for (const partition of partitions) {
      expect(valuesOf(await readToEnd(log, input, partition))).toEqual([
        'before',
        'during 0',
        'during 1',
        'during 2',
        'after',
      ]);
    }
    const outcome = await committing;
    const heir = await retried(() => log.transactionalProducer('id'));
    const [committed] = await retried(() => log.committed('other', [{ topic: input, partition: 0 }]));
    expect(outcome.kind === 'committed').toBe(committed !== null);
    expect(valuesOf(await readToEnd(log, output))).toEqual(committed === null ? [] : ['in the outage']);
    await heir.close();
    expect(await consumer.commit([{ topic: input, partition: 0, offset: 5, metadata: '' }])).toBe('committed');
  });
});
