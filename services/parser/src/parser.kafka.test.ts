import { TRANSACTION_STEPS, until } from '@logweave/event-log-kafka/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { KafkaWorld } from './testing/kafka-world.ts';

const kafka = inject('kafka');
const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;

describe.skipIf('unavailable' in kafka)('the parser on a real broker', () => {
  let world: KafkaWorld;
  beforeEach(async () => {
    world = new KafkaWorld(brokers);
    await world.createTopics();
  });
  afterEach(async () => {
    await world.close();
  });

  it('gives every log one outcome', async () => {
    await world.start();
    await world.underLoad(() => world.progress());
    expect(await world.settled()).toEqual(world.expected());
  });

  it('fault 4: is killed at each step of its transactions, and every log has one outcome', async () => {
    let process = await world.start();
    await world.underLoad(async () => {
      for (const [api, loss] of TRANSACTION_STEPS) {
        await world.progress();
        await process.proxy.loseNext(api, loss);
        await process.kill();
        process = await world.start();
      }
      await world.progress();
    });
    expect(await world.settled()).toEqual(world.expected());
  });

  it('fault 11: does not learn how a transaction ended, looks, and goes on', async () => {
    const { proxy } = await world.start();
    await world.underLoad(async () => {
      for (const loss of ['request', 'answer', 'answer', 'request'] as const) {
        await world.progress();
        await proxy.loseNext('endTxn', loss);
      }
      await world.progress();
    });
    expect(await world.settled()).toEqual(world.expected());
    expect(world.logged.filter(({ outcome }) => outcome === 'unknown').length).toBeGreaterThanOrEqual(4);
  });

  it('fault 8: stands still for longer than its session while another takes over, and writes nothing twice', async () => {
    const zombie = await world.start();
    await world.underLoad(async () => {
      await world.progress();
      const held = zombie.proxy.holdNext('endTxn');
      await held.reached;
      zombie.proxy.freeze();
      const other = await world.start();
      await until('the other has all', async () => other.service.readiness().detail.includes('2 partitions'));
      await world.progress();
      held.release();
      zombie.proxy.thaw();
      await until('a share for it again', async () => zombie.service.readiness().ready);
      await world.progress();
    });
    expect(await world.settled()).toEqual(world.expected());
  });

  it('takes another parser while it runs, and loses no log over a bad one', async () => {
    await world.start();
    await world.underLoad(async () => {
      await world.progress();
      await world.activate({ name: 'custom', failsOn: 'bad', crashesOn: 'boom' });
      await until('the change', async () =>
        world.logged.some(({ msg, version }) => msg === 'parser changed' && version === 'custom/1'),
      );
      await world.progress();
      await world.activate({ name: 'wrong', failsOn: '*' });
      await until('the rollback', async () => world.logged.some(({ msg }) => msg === 'parser rolled back'));
      await world.progress();
    });
    expect(await world.settled()).toEqual(world.expected());
  });
});
