import { describe, expect, inject, it } from 'vitest';
import { KafkaProxy } from './testing/kafka-proxy.ts';
import { openTestLog, readToEnd, topicSpec } from './testing/test-log.ts';

const kafka = inject('kafka');

describe.skipIf('unavailable' in kafka)('the connections of a log', () => {
  it('are for nobody before they are ready', async () => {
    const log = openTestLog('unavailable' in kafka ? [] : kafka.bootstrapServers);
    const asked = Array.from({ length: 20 }, async (_, i) => log.committed(`group-${i}`, []));
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 20 }, () => []));
    await log.close();
  });

  it('are opened once, however many wait for one', async () => {
    const proxy = await KafkaProxy.start('unavailable' in kafka ? [] : kafka.bootstrapServers);
    const log = openTestLog(proxy.bootstrapServers);
    const topic = `connections-${crypto.randomUUID()}`;
    await log.ensureTopic(topicSpec(topic, { partitions: 10 }));
    const readAll = () => Promise.all(Array.from({ length: 10 }, (_, partition) => readToEnd(log, topic, partition)));
    await readAll();
    // For questions and for readers: one to find the cluster by, one to ask the broker, and one more to fetch from it.
    expect(proxy.connections).toBeLessThanOrEqual(5);
    proxy.cutAll();
    const before = proxy.connections;
    await readAll();
    expect(proxy.connections - before).toBeLessThanOrEqual(5);
    await log.close();
    await proxy.close();
  });

  it('begin anew: half an answer that came before a break is nothing to what comes after', async () => {
    const proxy = await KafkaProxy.start('unavailable' in kafka ? [] : kafka.bootstrapServers);
    const log = openTestLog(proxy.bootstrapServers);
    const topic = `connections-${crypto.randomUUID()}`;
    await log.ensureTopic(topicSpec(topic));
    const producer = await log.producer();
    for (const [i, api] of (['produce', 'fetch', 'metadata', 'fetch', 'produce'] as const).entries()) {
      const lost = proxy.loseNext(api, 'half of the answer');
      const records = [{ key: null, value: Buffer.from(String(i)), headers: [], timestampMs: 0 }];
      const appended = producer.append([{ topic, partition: 0, records }]);
      await log.watermarks(topic).catch((error: unknown) => expect(error).toMatchObject({ retriable: true }));
      await appended;
      const read = await readToEnd(log, topic, 0);
      await lost;
      expect(read.map(({ value }) => Buffer.from(value ?? []).toString())).toEqual(
        Array.from({ length: i + 1 }, (_, n) => String(n)),
      );
    }
    await log.close();
    await proxy.close();
  });
});
