import { describe, expect, inject, it } from 'vitest';
import { brokerState } from './broker-state.ts';
import { recordProbe } from './record-probe.ts';
import { startTestKafka, type TestKafka } from './test-kafka.ts';

async function start(): Promise<TestKafka> {
  const kafka = await startTestKafka();
  if ('unavailable' in kafka) throw new Error(kafka.unavailable);
  return kafka;
}

/** Three brokers of which one is killed or paused are those of `leaders.kafka.test.ts`. */
describe.skipIf('unavailable' in inject('kafka'))('a Kafka of one test', () => {
  it('keeps its records and its address when its broker is stopped or killed and started again', async () => {
    const kafka = await start();
    try {
      const [broker] = kafka.brokers;
      if (broker === undefined) throw new Error('no broker');
      const probe = recordProbe(kafka.bootstrapServers);
      await probe.createTopic('kept');
      await probe.write('kept', 'before the stop');
      await broker.stop();
      expect(await brokerState(broker.address, 1)).toBe('silent');
      await broker.start();
      await probe.write('kept', 'before the kill');
      await broker.kill();
      expect(await brokerState(broker.address, 1)).toBe('silent');
      await broker.start();
      expect(await probe.read('kept', 2)).toEqual(['before the stop', 'before the kill']);
    } finally {
      await kafka.close();
    }
  });

  it('does not answer while it is paused', async () => {
    const kafka = await start();
    try {
      const [broker] = kafka.brokers;
      if (broker === undefined) throw new Error('no broker');
      await broker.pause();
      expect(await brokerState(broker.address, 1)).toBe('silent');
      await broker.resume();
      expect(await brokerState(broker.address, 1)).toBe('ready');
    } finally {
      await kafka.close();
    }
    expect(await brokerState(kafka.bootstrapServers[0] ?? '', 1)).toBe('silent');
  });
});
