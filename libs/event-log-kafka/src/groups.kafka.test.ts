import type { Consumer, EventLog, OffsetCommit, PollResult, TopicPartition } from '@logweave/event-log';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { DEFAULT_KAFKA_CONFIG } from './index.ts';
import { KafkaProxy } from './testing/kafka-proxy.ts';
import { KafkaTools } from './testing/kafka-tools.ts';
import { openTestLog, recordOf, topicSpec, until, valuesOf } from './testing/test-log.ts';

const kafka = inject('kafka');
const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;
const PARTITIONS = 16;
/** Short enough that a test need not wait for a heartbeat. */
const QUICK = { group: { ...DEFAULT_KAFKA_CONFIG.group, heartbeatMs: 100 } };

/** A member that polls all the time, as a service does, and commits what it was given. */
class Member {
  readonly consumer: Consumer;
  readonly held = new Set<string>();
  /** Delivered and not committed: from which offset, the values, and what to commit. */
  readonly pending = new Map<
    string,
    { readonly from: number; readonly values: readonly string[]; readonly offset: OffsetCommit }
  >();
  gained = 0;
  lost = 0;
  failure: unknown = null;
  readonly #took: (member: Member, result: PollResult) => Promise<void>;
  #stopping = false;
  readonly #running: Promise<void>;

  constructor(consumer: Consumer, took: (member: Member, result: PollResult) => Promise<void>) {
    this.consumer = consumer;
    this.#took = took;
    this.#running = this.#run();
  }

  async leave(): Promise<void> {
    this.#stopping = true;
    this.consumer.wakeUp();
    await this.#running;
    await this.consumer.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        const result = await this.consumer.poll({ timeoutMs: 200 });
        if (result.kind === 'assignment') {
          this.gained += result.gained.length;
          this.lost += result.lost.length;
          for (const partition of result.lost) this.held.delete(nameOf(partition));
          for (const partition of result.gained) this.held.add(nameOf(partition));
        }
        await this.#took(this, result);
      } catch (error) {
        this.failure = error;
        return;
      }
    }
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

describe.skipIf('unavailable' in kafka)('a group on a real broker', () => {
  let log: EventLog;
  let tools: KafkaTools;
  let [a, b, group] = ['', '', ''];
  beforeEach(async () => {
    log = openTestLog(brokers, QUICK);
    tools = new KafkaTools(brokers);
    const suffix = crypto.randomUUID();
    [a, b, group] = [`a-${suffix}`, `b-${suffix}`, `group-${suffix}`];
  });
  afterEach(async () => {
    await log.close();
    await tools.close();
  });

  async function createTopics(partitions: number): Promise<void> {
    for (const topic of [a, b]) await log.ensureTopic(topicSpec(topic, { partitions }));
  }

  async function join(took: (member: Member, result: PollResult) => Promise<void> = async () => {}): Promise<Member> {
    return new Member(await log.consumer({ group, topics: [a, b] }), took);
  }

  it('fault 12: goes on in a storm of joins and leaves, each record is committed once, in order, and few move', async () => {
    await createTopics(PARTITIONS);
    /** By partition, what commits have covered: values, in the order of their commits. */
    const committed = new Map<string, string[]>();
    const took = async (member: Member, result: PollResult): Promise<void> => {
      if (result.kind === 'assignment') {
        for (const partition of [...result.lost, ...result.gained]) member.pending.delete(nameOf(partition));
      }
      if (result.kind === 'records') {
        for (const { topic, partition, nextOffset, fetchedOffset, records } of result.batches) {
          const name = nameOf({ topic, partition });
          const { from, values } = member.pending.get(name) ?? { from: fetchedOffset, values: [] };
          const offset = { topic, partition, offset: nextOffset, metadata: '' };
          member.pending.set(name, { from, values: [...values, ...valuesOf(records)], offset });
        }
      }
      for (const [name, { from, values, offset }] of member.pending) {
        // Refused while the group changes; what the member keeps it commits with its next poll.
        if ((await member.consumer.commit([offset])) === 'fenced') continue;
        member.pending.delete(name);
        const list = committed.get(name) ?? [];
        // A commit that the group took covers what follows the commit before, and nothing else.
        expect(list.length).toBe(from);
        committed.set(name, [...list, ...values]);
      }
    };
    const members = [await join(took)];
    const producer = await log.producer();
    let next = 0;
    let storm = true;
    const appending = (async () => {
      for (; storm; next++) {
        const all = [a, b].flatMap((topic) =>
          Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, records: [recordOf(`${next}`)] })),
        );
        await producer.append(all);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const atRest = (count: number) =>
      until(`${count} members at rest`, async () => {
        const failed = members.find(({ failure }) => failure !== null);
        if (failed !== undefined) throw failed.failure;
        const all = members.flatMap(({ held }) => [...held]);
        const largest = Math.max(...members.map(({ held }) => held.size));
        const even = largest === 2 * Math.ceil(PARTITIONS / members.length);
        return even && new Set(all).size === 2 * PARTITIONS && all.length === 2 * PARTITIONS ? true : null;
      });
    await atRest(1);
    for (let round = 0; round < 3; round++) {
      members.push(await join(took));
      await atRest(members.length);
      members.push(await join(took));
      await atRest(members.length);
      const before = members.map((member) => member.lost);
      await members.pop()?.leave();
      await atRest(members.length);
      // Who stays keeps what it has.
      expect(members.map((member) => member.lost)).toEqual(before.slice(0, -1));
      await members.shift()?.leave();
      await atRest(members.length);
    }
    storm = false;
    await appending;
    await producer.close();
    await until('everything committed', async () =>
      committed.size === 2 * PARTITIONS && [...committed.values()].every(({ length }) => length === next) ? true : null,
    );
    const expected = Array.from({ length: next }, (_, i) => `${i}`);
    for (const values of committed.values()) expect(values).toEqual(expected);
    for (const member of members) await member.leave();
  });

  it('fault 8: a member that stood still longer than its session commits nothing, and begins anew', async () => {
    await createTopics(2);
    const proxy = await KafkaProxy.start(brokers);
    const slow = openTestLog(proxy.bootstrapServers, {
      group: { sessionTimeoutMs: 1_500, rebalanceTimeoutMs: 5_000, heartbeatMs: 100 },
    });
    const consumer = await slow.consumer({ group, topics: [a, b] });
    const first = await until('an assignment', async () => {
      const polled = await consumer.poll({ timeoutMs: 100 });
      return polled.kind === 'assignment' ? polled : null;
    });
    expect(first.assigned).toHaveLength(4);
    // Its heartbeats come nowhere, as when the process is stopped.
    const held = proxy.holdNext('heartbeat');
    await held.reached;
    const heir = await join();
    await until('the heir has all', async () => (heir.held.size === 4 ? true : null));
    held.release();
    const offset = { topic: a, partition: 0, offset: 0, metadata: 'zombie' };
    await expect(consumer.commit([offset])).resolves.toBe('fenced');
    const again = await until('an assignment again', async () => {
      const polled = await consumer.poll({ timeoutMs: 100 });
      return polled.kind === 'assignment' ? polled : null;
    });
    // What it has now was somebody else's meanwhile: it is lost and gained, and never just kept.
    expect(again.lost).toHaveLength(4);
    expect(again.gained).toEqual(again.assigned);
    await expect(log.committed(group, [offset])).resolves.toEqual([null]);
    await heir.leave();
    await slow.close();
    await proxy.close();
  });

  it('fault 13: ends with a clear error when one of its topics gets more partitions', async () => {
    await createTopics(2);
    const member = await join();
    await until('all partitions', async () => (member.held.size === 4 ? true : null));
    await (await tools.admin()).createPartitions({ topicPartitions: [{ topic: b, count: 3 }] });
    const failure = await until('a failure', async () => member.failure);
    expect(failure).toMatchObject({ code: 'not_copartitioned', retriable: false });
    expect(String(failure)).toContain(`${b} has 3 partitions by now, and its group works with 2`);
    await expect(log.consumer({ group, topics: [a, b] })).rejects.toMatchObject({ code: 'not_copartitioned' });
    await member.leave();
  });

  it('fault 13: ends with a clear error when one of its topics is deleted', async () => {
    await createTopics(2);
    const member = await join();
    await until('all partitions', async () => (member.held.size === 4 ? true : null));
    await (await tools.admin()).deleteTopics({ topics: [b] });
    const failure = await until('a failure', async () => member.failure);
    expect(failure).toMatchObject({ code: 'unknown_topic_or_partition', retriable: false });
    expect(String(failure)).toContain(`topic ${b} has been deleted`);
    await member.leave();
  });

  it('fault 14: ends with an error when what it has not read was removed, and skips nothing', async () => {
    await createTopics(1);
    const producer = await log.producer();
    const one = (value: string) => [{ topic: a, partition: 0, records: [recordOf(value)] }];
    await producer.append(one('0'));
    const first = await join(async (member, result) => {
      if (result.kind === 'records')
        await member.consumer.commit([{ topic: a, partition: 0, offset: 1, metadata: '' }]);
    });
    await until('a commit', async () => (await log.committed(group, [{ topic: a, partition: 0 }]))[0] ?? null);
    await first.leave();
    for (const value of ['1', '2', '3']) await producer.append(one(value));
    await tools.removeBefore({ topic: a, partition: 0 }, 3);
    const read: string[] = [];
    const second = await join(async (_, result) => {
      if (result.kind === 'records') for (const { records } of result.batches) read.push(...valuesOf(records));
    });
    const failure = await until('a failure', async () => second.failure);
    expect(failure).toMatchObject({ code: 'offset_out_of_range', retriable: false });
    expect(read).toEqual([]);
    // Nor has it moved the group.
    await expect(log.committed(group, [{ topic: a, partition: 0 }])).resolves.toMatchObject([{ offset: 1 }]);
    await second.leave();
  });
});
