import type { EventLog, LogRecord } from '@logweave/event-log';
import { systemClock } from '@logweave/service-kit';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { KafkaTools } from './testing/kafka-tools.ts';
import { openTestLog, readToEnd, recordOf, topicSpec, until, valuesOf } from './testing/test-log.ts';

const kafka = inject('kafka');
const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;

/** What the contract cannot hurry on a broker: it looks every half second, and a topic's own settings do the rest. */
describe.skipIf('unavailable' in kafka)('cleanup on a real broker', () => {
  let log: EventLog;
  let tools: KafkaTools;
  let topic = '';
  beforeEach(() => {
    log = openTestLog(brokers);
    tools = new KafkaTools(brokers);
    topic = `cleanup-${crypto.randomUUID()}`;
  });
  afterEach(async () => {
    await log.close();
    await tools.close();
  });

  it('removes what is older than the topic keeps, and a new group begins behind it', async () => {
    await log.ensureTopic(topicSpec(topic, { retentionMs: 60_000 }));
    const producer = await log.producer();
    const old = { ...recordOf('old'), timestampMs: systemClock.wallMs() - 120_000 };
    await producer.append([{ topic, partition: 0, records: [old, old] }]);
    await until('low watermark 2', async () => ((await log.watermarks(topic))[0]?.low === 2 ? true : null));
    expect(await producer.append([{ topic, partition: 0, records: [recordOf('new')] }])).toEqual([2]);
    const reader = await log.reader({ topic, partition: 0 }, 0);
    await expect(reader.read({ timeoutMs: 100 })).rejects.toMatchObject({ code: 'offset_out_of_range' });
    await reader.close();
    const consumer = await log.consumer({ group: `group-${topic}`, topics: [topic] });
    const polled = await until('a record', async () => {
      const result = await consumer.poll({ timeoutMs: 200 });
      return result.kind === 'records' ? result.batches : null;
    });
    expect(polled.map(({ records }) => valuesOf(records))).toEqual([['new']]);
    await producer.close();
  });

  it('keeps the last record of each key at its offset, and no tombstone for ever', async () => {
    await log.ensureTopic(topicSpec(topic, { cleanup: 'compact' }));
    const settings = { 'cleanup.policy': 'compact', 'segment.ms': '1', 'min.cleanable.dirty.ratio': '0.01' };
    await tools.configure(topic, { ...settings, 'delete.retention.ms': '3000' });
    const producer = await log.producer();
    const append = (pairs: readonly (readonly [string, string | null])[]) =>
      producer.append([{ topic, partition: 0, records: pairs.map(([key, value]) => recordOf(value, key)) }]);
    const keyed = ({ offset, key, value }: LogRecord) => [
      offset,
      Buffer.from(key ?? []).toString(),
      value === null ? null : Buffer.from(value).toString(),
    ];
    await append([
      ['a', '1'],
      ['b', '1'],
      ['a', '2'],
      ['c', '1'],
    ]);
    await append([
      ['b', '2'],
      ['c', null],
    ]);
    // Compaction leaves the segment that is written to alone, so something has to come after.
    await append([['end', '0']]);
    await until('one record of each key', async () => ((await readToEnd(log, topic)).length === 4 ? true : null));
    expect((await readToEnd(log, topic)).map(keyed)).toEqual([
      [2, 'a', '2'],
      [4, 'b', '2'],
      [5, 'c', null],
      [6, 'end', '0'],
    ]);
    await until('no tombstone', async () => {
      await append([['end', '1']]);
      const left = await readToEnd(log, topic);
      return left.every(({ value }) => value !== null) ? true : null;
    });
    expect((await readToEnd(log, topic)).slice(0, 2).map(keyed)).toEqual([
      [2, 'a', '2'],
      [4, 'b', '2'],
    ]);
    await producer.close();
  });
});
