import { describe, expect, it } from 'vitest';
import type { ContractHarness } from './harness.ts';
import { append, createTopic, errorOf, readCount, topicSpec, values } from './steps.ts';

export function topicsContract(current: () => ContractHarness): void {
  describe('topics', () => {
    it('finds a topic that exists with the same shape, and lists it', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'same', { partitions: 3 });
      await harness.log.ensureTopic(topicSpec(topic, { partitions: 3 }));
      const listed = (await harness.log.topics()).find(({ name }) => name === topic);
      expect(listed).toMatchObject({ partitions: 3, cleanup: 'delete' });
    });

    it('refuses a topic that exists with other partitions, and says which', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'partitions', { partitions: 3 });
      const error = await errorOf(harness.log.ensureTopic(topicSpec(topic, { partitions: 4 })));
      expect(error).toMatchObject({ code: 'topic_mismatch' });
      expect(String(error)).toMatch(/partitions/);
    });

    it('refuses a topic that exists with another cleanup, and says so', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'cleanup');
      const error = await errorOf(harness.log.ensureTopic(topicSpec(topic, { cleanup: 'compact' })));
      expect(error).toMatchObject({ code: 'topic_mismatch' });
      expect(String(error)).toMatch(/cleanup/);
    });

    it('keeps records and topics over a restart', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'restart');
      await append(harness, topic, ['before']);
      await harness.reopen();
      await harness.log.ensureTopic(topicSpec(topic));
      await append(harness, topic, ['after']);
      expect(values(await readCount(harness, topic, 2))).toEqual(['before', 'after']);
    });

    it('answers unknown topics and partitions with their own error', async () => {
      const harness = current();
      const topic = await createTopic(harness, 'known');
      const unknown = { code: 'unknown_topic_or_partition' };
      await expect(harness.log.watermarks(harness.name('absent'))).rejects.toMatchObject(unknown);
      const producer = await harness.log.producer();
      await expect(
        producer.append([{ topic: harness.name('absent'), partition: 0, records: [] }]),
      ).rejects.toMatchObject(unknown);
      await expect(producer.append([{ topic, partition: 1, records: [] }])).rejects.toMatchObject(unknown);
      await producer.close();
    });
  });
}
