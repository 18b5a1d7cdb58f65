import { startTestKafka } from '@logweave/event-log-kafka/testing';
import { describe, expect, inject, it } from 'vitest';
import { KafkaWorld } from './testing/kafka-world.ts';

const OUTAGE_MS = 3_000;

describe.skipIf('unavailable' in inject('kafka'))('the correlator and a broker of its own', () => {
  it('fault 9: that is killed and comes back: waits, goes on, and doubles nothing', async () => {
    const kafka = await startTestKafka();
    if ('unavailable' in kafka) throw new Error(kafka.unavailable);
    const world = new KafkaWorld(kafka.bootstrapServers);
    try {
      await world.createTopics();
      const { service } = await world.start();
      await world.underLoad(async () => {
        await world.progress();
        await kafka.brokers[0]?.kill();
        await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
        await kafka.brokers[0]?.start();
        await world.progress();
      });
      expect(await world.settled()).toEqual(world.expected());
      expect(service.readiness().ready).toBe(true);
    } finally {
      await world.close();
      await kafka.close();
    }
  });
});
