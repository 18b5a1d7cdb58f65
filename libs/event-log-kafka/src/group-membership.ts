import { Backoff } from './backoff.ts';
import { ASSIGNER_NAME, assignMembers, decodeAssignment, encodeSubscription } from './co-partition-assigner.ts';
import { diagnose } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { KafkaBroker } from './kafkajs.ts';
import { TopicWatch } from './topic-watch.ts';

const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 1_000;
const LEAVE_MS = 2_000;
/** Answers that mean: join again. The last two also mean: as somebody new. */
const REJOIN = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'MEMBER_ID_REQUIRED']);
const FORGOTTEN = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);

export interface GroupTimes {
  /** Without a heartbeat for so long a member counts as dead. */
  readonly sessionTimeoutMs: number;
  /** So long a rebalance waits for a member. */
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatMs: number;
}

export interface MembershipDeps extends GroupTimes {
  /** Connections of its own: a join may wait for the whole rebalance. */
  readonly cluster: KafkaCluster;
  readonly group: string;
  readonly topics: readonly string[];
  readonly partitions: number;
  /** An assignment has come. */
  readonly assigned: () => void;
  /** Nothing more can come: the group cannot be joined. */
  readonly failed: (error: unknown) => void;
}

/** What a generation of the group has given to this member. */
export interface GroupAssignment {
  readonly generation: number;
  readonly indexes: readonly number[];
  /** Held without a break since the assignment before. */
  readonly kept: readonly number[];
}

/**
 * A member of a consumer group. It joins in the background and again whenever the group changes; what it was given goes on
 * being its own until the next assignment, which whoever uses it takes when it can.
 */
export class GroupMembership {
  readonly #deps: MembershipDeps;
  readonly #stopped = new AbortController();
  #memberId = '';
  #generation = -1;
  #indexes: readonly number[] = [];
  /** Assigned, and not yet taken. */
  #next: GroupAssignment | null = null;
  readonly #watch: TopicWatch;
  #running: Promise<void>;

  constructor(deps: MembershipDeps) {
    this.#deps = deps;
    this.#watch = new TopicWatch(deps.cluster, deps.topics, deps.partitions);
    this.#running = this.#run();
  }

  /** The assignment that has come since the last call, or null. */
  take(): GroupAssignment | null {
    const next = this.#next;
    this.#next = null;
    return next;
  }

  /** Commits offsets for a generation; `fenced` when the group has moved on. */
  async commit(
    generation: number,
    topics: Parameters<KafkaBroker['offsetCommit']>[0]['topics'],
  ): Promise<'committed' | 'fenced'> {
    const { cluster, group } = this.#deps;
    // A generation that was assigned and not yet taken has ended the one before.
    if (generation !== this.#generation) return 'fenced';
    try {
      await cluster.ask(
        'group',
        group,
        (broker) =>
          broker.offsetCommit({ groupId: group, groupGenerationId: generation, memberId: this.#memberId, topics }),
        { giveUpMs: this.#deps.sessionTimeoutMs, repeatable: true, signal: this.#stopped.signal },
      );
      return 'committed';
    } catch (error) {
      const { type } = diagnose(error);
      if (type !== null && REJOIN.has(type)) return 'fenced';
      throw error;
    }
  }

  /** Leaves the group, so that others need not wait for the session to end. */
  async leave(): Promise<void> {
    this.#stopped.abort();
    const { cluster, group } = this.#deps;
    if (this.#memberId !== '') {
      try {
        await cluster.ask('group', group, (broker) => broker.leaveGroup({ groupId: group, memberId: this.#memberId }), {
          giveUpMs: LEAVE_MS,
          repeatable: true,
        });
      } catch (error) {
        // The group notices by itself when the session ends.
        if (diagnose(error).kind === 'fatal' && diagnose(error).type === null) throw error;
      }
    }
    await cluster.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { cluster } = this.#deps;
    const { signal } = this.#stopped;
    const backoff = new Backoff(cluster.clock, FIRST_RETRY_MS, LAST_RETRY_MS);
    while (!signal.aborted) {
      try {
        await this.#join();
        backoff.reset();
        await this.#beat();
      } catch (error) {
        if (signal.aborted) return;
        const { type, kind } = diagnose(error);
        if (type !== null && FORGOTTEN.has(type)) this.#memberId = '';
        const again = kind !== 'fatal' || (type !== null && REJOIN.has(type)) || isRetriable(error);
        if (!again) {
          this.#deps.failed(error);
          return;
        }
        await backoff.wait(signal);
      }
    }
  }

  async #join(): Promise<void> {
    const { cluster, group, topics, partitions, sessionTimeoutMs, rebalanceTimeoutMs } = this.#deps;
    const metadata = encodeSubscription(topics, { generation: this.#generation, owned: this.#indexes });
    const once = { giveUpMs: sessionTimeoutMs, repeatable: true, signal: this.#stopped.signal };
    const joined = await cluster.ask(
      'group',
      group,
      (broker) =>
        broker.joinGroup({
          groupId: group,
          sessionTimeout: sessionTimeoutMs,
          rebalanceTimeout: rebalanceTimeoutMs,
          memberId: this.#memberId,
          groupProtocols: [{ name: ASSIGNER_NAME, metadata }],
        }),
      once,
    );
    this.#memberId = joined.memberId;
    const leads = joined.leaderId === joined.memberId;
    const synced = await cluster.ask(
      'group',
      group,
      (broker) =>
        broker.syncGroup({
          groupId: group,
          generationId: joined.generationId,
          memberId: joined.memberId,
          groupAssignment: leads ? assignMembers(joined.members, topics, partitions) : [],
        }),
      once,
    );
    this.#assign(joined.generationId, decodeAssignment(synced.memberAssignment, topics));
  }

  #assign(generation: number, indexes: readonly number[]): void {
    // A generation in between that this member has not been part of may have given its partitions to others.
    const unbroken = generation === this.#generation + 1;
    // An assignment that was never taken is passed over: what both have kept was kept.
    const before = this.#next?.kept ?? this.#indexes;
    const kept = unbroken ? indexes.filter((index) => before.includes(index)) : [];
    this.#generation = generation;
    this.#indexes = indexes;
    this.#next = { generation, indexes, kept };
    this.#deps.assigned();
  }

  /** Heartbeats until the group changes, which throws, or its topics do. */
  async #beat(): Promise<void> {
    const { cluster, group, heartbeatMs, sessionTimeoutMs } = this.#deps;
    const { signal } = this.#stopped;
    for (;;) {
      await cluster.clock.sleep(heartbeatMs, signal);
      if (signal.aborted) return;
      const member = { groupId: group, groupGenerationId: this.#generation, memberId: this.#memberId };
      await cluster.ask('group', group, (broker) => broker.heartbeat(member), {
        giveUpMs: sessionTimeoutMs,
        repeatable: true,
        signal,
      });
      await this.#watch.look();
    }
  }
}

function isRetriable(error: unknown): boolean {
  return error instanceof Error && 'retriable' in error && error.retriable === true;
}
