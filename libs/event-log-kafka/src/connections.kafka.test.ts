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
});
