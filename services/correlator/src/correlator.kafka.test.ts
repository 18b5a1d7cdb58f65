import { KafkaTools, readToEnd, TRANSACTION_STEPS, until } from '@logweave/event-log-kafka/testing';
import { LIMITS } from '@logweave/model';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { KafkaWorld } from './testing/kafka-world.ts';

const kafka = inject('kafka');
const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;

describe.skipIf('unavailable' in kafka)('the correlator on a real broker', () => {
  let world: KafkaWorld;
  let tools: KafkaTools;
  beforeEach(async () => {
    world = new KafkaWorld(brokers);
    tools = new KafkaTools(brokers);
    await world.createTopics();
  });
  afterEach(async () => {
    await world.close();
    await tools.close();
  });

  it('gives every event one outcome', async () => {
    await world.start();
    await world.underLoad(() => world.progress());
    expect(await world.settled()).toEqual(world.expected());
  });

  it('fault 3: is killed at each step of its transactions, and the outcome is as without', async () => {
    let process = await world.start();
    await world.underLoad(async () => {
      for (const [api, loss] of TRANSACTION_STEPS) {
        await world.progress();
        await process.proxy.loseNext(api, loss);
        await process.kill();
        const beganMs = performance.now();
        process = await world.start();
        await world.progress();
        // Nobody waits until a transaction that was left open times out.
        expect(performance.now() - beganMs).toBeLessThan(15_000);
      }
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
      await world.start();
      await until('the other has all', async () =>
        world.logged.some(({ msg, cause }) => msg === 'task restored' && cause === 'gained'),
      );
      await world.progress();
      held.release();
      zombie.proxy.thaw();
      await world.progress();
      await until('a share for it again', async () => zombie.service.readiness().ready);
      await world.progress();
    });
    expect(await world.settled()).toEqual(world.expected());
  });

  it('fault 12: comes and goes every moment, and every event has one outcome', async () => {
    const processes = [await world.start()];
    await world.underLoad(async () => {
      await world.progress();
      for (let round = 0; round < 4; round++) {
        processes.push(await world.start());
        await world.progress();
        await (round % 2 === 0 ? processes.shift()?.stop() : processes.shift()?.kill());
      }
      await world.progress();
    });
    expect(await world.settled()).toEqual(world.expected());
  });

  it('fault 13: ends with a clear error when only one input gets more partitions', async () => {
    const { service } = await world.start();
    await world.underLoad(() => world.progress());
    const { http } = world.config.topics;
    await (await tools.admin()).createPartitions({ topicPartitions: [{ topic: http, count: 3 }] });
    const failure = await service.failure;
    expect(failure.message).toContain(`${http} has 3 partitions by now, and its group works with 2`);
    expect(service.readiness().ready).toBe(false);
    await expect(world.start()).rejects.toMatchObject({ code: 'not_copartitioned' });
  });

  it('fault 13: ends with a clear error when an input is deleted', async () => {
    const { service } = await world.start();
    await world.underLoad(() => world.progress());
    // Nothing is on its way that would have to be given up first.
    await world.settled();
    const { network } = world.config.topics;
    await (await tools.admin()).deleteTopics({ topics: [network] });
    expect((await service.failure).message).toContain(`topic ${network} has been deleted`);
    await expect(world.start()).rejects.toMatchObject({ code: 'unknown_topic_or_partition' });
  });

  it('fault 14: stops with an alarm when retention has removed what it has committed to read', async () => {
    const first = await world.start();
    await world.underLoad(() => world.progress());
    await world.settled();
    await first.kill();
    await world.send(100);
    const { http } = world.config.topics;
    for (const partition of [0, 1]) {
      const [marks] = [(await world.log.watermarks(http))[partition]];
      await tools.removeBefore({ topic: http, partition }, marks?.high ?? 0);
    }
    const before = await world.results();
    const { service } = await world.start();
    expect((await service.failure).message).toMatch(/the task needs offset \d+, and the log begins at \d+/);
    expect(service.readiness().ready).toBe(false);
    expect(await world.results()).toEqual(before);
  });

  it('fault 15: takes a line over the limit for a dead letter, and goes on', async () => {
    await world.start();
    await world.send(10);
    const { http, deadLetter } = world.config.topics;
    const producer = await world.log.producer();
    const value = Buffer.alloc(LIMITS.sourceLineBytes + 1, 'x');
    const record = { key: Buffer.from('192.0.2.1:1'), value, headers: [], timestampMs: Date.now() };
    await producer.append([{ topic: http, partition: 0, records: [record] }]);
    await producer.close();
    await world.send(10);
    expect(await world.settled()).toEqual(world.expected());
    const letters = await readToEnd(world.log, deadLetter, 0);
    // Whole: what the log took, the log of dead letters takes as well.
    expect(letters.map((letter) => letter.value?.length)).toEqual([value.length]);
    const reason = letters[0]?.headers.find(({ name }) => name.endsWith('reason'));
    expect(Buffer.from(reason?.value ?? []).toString()).toBe('record_too_large');
  });
});
