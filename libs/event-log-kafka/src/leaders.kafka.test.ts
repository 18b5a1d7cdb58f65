import type { Consumer, EventLog, TransactionalProducer } from '@logweave/event-log';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { KafkaProxy } from './testing/kafka-proxy.ts';
import { KafkaTools } from './testing/kafka-tools.ts';
import { startTestKafka, type TestBroker, type TestKafka } from './testing/test-kafka.ts';
import { testCluster } from './testing/test-cluster.ts';
import { openTestLog, readToEnd, recordOf, retried, topicSpec, until, valuesOf } from './testing/test-log.ts';

const PARTITIONS = 6;
const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);

function numbersTo(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`);
}

describe.skipIf('unavailable' in inject('kafka'))('three brokers', () => {
  let kafka: TestKafka;
  let proxy: KafkaProxy;
  let log: EventLog;
  beforeAll(async () => {
    const started = await startTestKafka({ brokers: 3 });
    if ('unavailable' in started) throw new Error(started.unavailable);
    kafka = started;
    proxy = await KafkaProxy.start(kafka.bootstrapServers);
    log = openTestLog(proxy.bootstrapServers);
  }, 180_000);
  afterAll(async () => {
    await log?.close();
    await proxy?.close();
    await kafka?.close();
  });

  const broker = (nodeId: number): TestBroker => kafka.brokers[nodeId - 1] as TestBroker;

  async function newTopic(): Promise<string> {
    const topic = `leaders-${crypto.randomUUID()}`;
    await log.ensureTopic(topicSpec(topic, { partitions: PARTITIONS }));
    return topic;
  }

  // First: a broker that was killed coordinates nothing any more when it is back.
  it('fault 11: a coordinator that is killed before the end of a transaction leaves it whole or not at all', async () => {
    const topic = await newTopic();
    const cluster = testCluster(proxy.bootstrapServers);
    // The first broker is the controller, without which nobody takes over.
    const [id, nodeId] = await until('an id whose coordinator can be killed', async () => {
      const candidate = `id-${crypto.randomUUID()}`;
      const coordinator = { groupId: candidate, coordinatorType: 1 };
      const found = await retried(() => cluster.any((each) => each.findGroupCoordinator(coordinator)));
      return found.coordinator.nodeId === 1 ? null : ([candidate, found.coordinator.nodeId] as const);
    });
    await cluster.close();
    const producer = await log.transactionalProducer(id);
    const commit = (value: string, offset: number) =>
      producer.commit({
        batches: all.map((partition) => ({ topic, partition, records: [recordOf(value)] })),
        group: topic,
        offsets: [{ topic, partition: 0, offset, metadata: '' }],
      });
    expect(await commit('0', 1)).toMatchObject({ kind: 'committed' });
    const held = proxy.holdNext('endTxn');
    const committing = commit('1', 2);
    await held.reached;
    await broker(nodeId).kill();
    held.release();
    const outcome = await committing;
    const heir = await retried(() => log.transactionalProducer(id));
    const [committed] = await retried(() => log.committed(topic, [{ topic, partition: 0 }]));
    if (outcome.kind === 'committed') expect(committed?.offset).toBe(2);
    if (outcome.kind === 'aborted' || outcome.kind === 'fenced') expect(committed?.offset).toBe(1);
    for (const partition of all) {
      expect(valuesOf(await retried(() => readToEnd(log, topic, partition)))).toEqual(
        numbersTo(committed?.offset ?? 0),
      );
    }
    await heir.close();
    await broker(nodeId).start();
  });

  it('fault 9: killed and paused brokers lose and double nothing, and no order changes', async () => {
    const [input, output] = [await newTopic(), await newTopic()];
    const stop = new AbortController();
    const appending = appendNumbers(log, input, stop.signal);
    const committing = commitNumbers(log, input, output, stop.signal);
    const consumer = await log.consumer({ group: `readers-${input}`, topics: [input] });
    const reading = readNumbers(consumer, stop.signal);
    const goesOn = async (what: string): Promise<void> => {
      const [before, read] = [[appending.count, committing.count] as const, reading.count];
      await until(`${what}: progress`, async () =>
        appending.count > before[0] + 20 && committing.count > before[1] + 5 && reading.count > read + 20 ? true : null,
      );
    };
    await goesOn('at the beginning');
    await broker(2).kill();
    await goesOn('broker 2 killed');
    await broker(2).start();
    await goesOn('broker 2 back');
    await broker(3).pause();
    await goesOn('broker 3 paused');
    await broker(3).resume();
    await goesOn('broker 3 goes on');
    stop.abort();
    const [appended, committed] = [await appending.done, await committing.done];
    await until('all read', async () => (reading.count >= appended * PARTITIONS ? true : null));
    const read = await reading.done;
    await consumer.close();
    for (const partition of all) {
      expect(valuesOf(await readToEnd(log, input, partition))).toEqual(numbersTo(appended));
      expect(read.get(partition)).toEqual(numbersTo(appended));
      const results = await until('all results', async () => {
        const values = valuesOf(await readToEnd(log, output, partition));
        return values.length >= committed ? values : null;
      });
      expect(results).toEqual(numbersTo(committed));
    }
  });

  it('an append over all of them of which one answer is lost is retried there only, and stands once', async () => {
    const topic = await newTopic();
    const producer = await log.producer();
    for (let round = 0; round < 20; round++) {
      const lost = proxy.loseNext('produce', 'answer');
      const bases = await producer.append(
        all.map((partition) => ({ topic, partition, records: [recordOf(`${round}`)] })),
      );
      await lost;
      expect(bases).toEqual(all.map(() => round));
    }
    await producer.close();
    for (const partition of all) expect(valuesOf(await readToEnd(log, topic, partition))).toEqual(numbersTo(20));
  });

  it('many appends at once of which answers and requests are lost keep their order and stand once', async () => {
    const topic = await newTopic();
    const producer = await log.producer();
    const appends = numbersTo(60).map(async (value, i) => {
      if (i % 20 === 0) {
        void proxy.loseNext('produce', 'answer');
        void proxy.loseNext('produce', 'request');
      }
      return producer.append(all.map((partition) => ({ topic, partition, records: [recordOf(value)] })));
    });
    expect(await Promise.all(appends)).toEqual(numbersTo(60).map((value) => all.map(() => Number(value))));
    await producer.close();
    for (const partition of all) expect(valuesOf(await readToEnd(log, topic, partition))).toEqual(numbersTo(60));
  });

  it('a transaction over all of them of which one answer is lost stands once', async () => {
    const topic = await newTopic();
    const producer = await log.transactionalProducer(`id-${topic}`);
    for (let round = 0; round < 10; round++) {
      const lost = proxy.loseNext('produce', 'answer');
      const batches = all.map((partition) => ({ topic, partition, records: [recordOf(`${round}`)] }));
      const outcome = await producer.commit({ batches, group: topic, offsets: [] });
      await lost;
      expect(outcome.kind).toBe('committed');
    }
    // What is acknowledged is seen once the markers are written.
    for (const partition of all) {
      const values = await until('ten records', async () => {
        const read = valuesOf(await readToEnd(log, topic, partition));
        return read.length >= 10 ? read : null;
      });
      expect(values).toEqual(numbersTo(10));
    }
  });

  it('a member whose partitions have other leaders by now finds where they begin', async () => {
    const topic = `moving-${crypto.randomUUID()}`;
    const fresh = openTestLog(proxy.bootstrapServers, { replicationFactor: 1 });
    await fresh.ensureTopic(topicSpec(topic, { partitions: PARTITIONS }));
    // Who leads is known from here on, and then it moves. The next question is the first that meets it.
    const members = ['a', 'b'].map((name) => fresh.consumer({ group: `${name}-${topic}`, topics: [topic] }));
    const [first, second] = await Promise.all(members);
    const tools = new KafkaTools(kafka.bootstrapServers);
    const leaders = await tools.moveLeaders(topic, [1, 2, 3]);
    expect(leaders.length).toBe(PARTITIONS);
    for (const consumer of [first, second]) {
      const polled = await until('an assignment', async () => {
        const result = await consumer?.poll({ timeoutMs: 100 });
        return result?.kind === 'assignment' ? result : null;
      });
      expect(polled.assigned).toHaveLength(PARTITIONS);
    }
    await tools.close();
    await fresh.close();
  });
});

interface Running<T> {
  readonly count: number;
  readonly done: Promise<T>;
}

function running<T>(work: (counted: () => void) => Promise<T>): Running<T> {
  let count = 0;
  const done = work(() => void count++);
  return {
    get count() {
      return count;
    },
    done,
  };
}

/** Appends 0, 1, 2… to every partition; how many. */
function appendNumbers(log: EventLog, topic: string, signal: AbortSignal): Running<number> {
  return running(async (counted) => {
    const producer = await log.producer();
    let next = 0;
    for (; !signal.aborted; next++) {
      await producer.append(all.map((partition) => ({ topic, partition, records: [recordOf(`${next}`)] })));
      counted();
    }
    await producer.close();
    return next;
  });
}

/** Commits 0, 1, 2… to every partition, as a correlator does: after anything but a commit it looks what holds. */
function commitNumbers(log: EventLog, input: string, output: string, signal: AbortSignal): Running<number> {
  const group = `group-${output}`;
  return running(async (counted) => {
    let next = 0;
    const open = async (): Promise<TransactionalProducer> => {
      const opened = await retried(() => log.transactionalProducer(`id-${output}`));
      const [committed] = await retried(() => log.committed(group, [{ topic: input, partition: 0 }]));
      next = committed?.offset ?? 0;
      return opened;
    };
    let producer = await open();
    while (!signal.aborted) {
      const outcome = await producer.commit({
        batches: all.map((partition) => ({ topic: output, partition, records: [recordOf(`${next}`)] })),
        group,
        offsets: [{ topic: input, partition: 0, offset: next + 1, metadata: '' }],
      });
      if (outcome.kind === 'committed') next++;
      else producer = await open();
      counted();
    }
    return next;
  });
}

/** Reads until nothing comes any more after the end: the values of each partition. */
function readNumbers(consumer: Consumer, signal: AbortSignal): Running<Map<number, string[]>> {
  return running(async (counted) => {
    const read = new Map<number, string[]>();
    let idle = 0;
    while (!signal.aborted || idle < 20) {
      const polled = await consumer.poll({ timeoutMs: 100 });
      idle = polled.kind === 'idle' ? idle + 1 : 0;
      if (polled.kind !== 'records') continue;
      for (const { partition, records } of polled.batches) {
        read.set(partition, [...(read.get(partition) ?? []), ...valuesOf(records)]);
        for (let i = 0; i < records.length; i++) counted();
      }
    }
    return read;
  });
}
