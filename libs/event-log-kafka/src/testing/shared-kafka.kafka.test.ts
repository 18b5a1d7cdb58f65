import { describe, expect, inject, it } from 'vitest';
import { recordProbe } from './record-probe.ts';

const kafka = inject('kafka');

describe.skipIf('unavailable' in kafka)('the Kafka of a test run', () => {
  it('keeps a record that is written and gives it back', async () => {
    const probe = recordProbe('unavailable' in kafka ? [] : kafka.bootstrapServers);
    const topic = `one-record-${crypto.randomUUID()}`;
    await probe.createTopic(topic);
    await probe.write(topic, 'hello');
    expect(await probe.read(topic, 1)).toEqual(['hello']);
  });
});
