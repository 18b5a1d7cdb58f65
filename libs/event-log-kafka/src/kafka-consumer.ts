import {
  checkMetadata,
  type CommittedOffset,
  type Consumer,
  type ConsumerOptions,
  EventLogError,
  type OffsetCommit,
  type PollOptions,
  type PollResult,
  type RecordBatch,
  type TopicPartition,
} from '@logweave/event-log';
import { AssignedPartition } from './assigned-partition.ts';
import { GroupMembership, type GroupTimes } from './group-membership.ts';
import { asEventLogError } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { PartitionFetcher } from './partition-fetcher.ts';
import { WakeUp } from './wake-up.ts';

const DEFAULT_MAX_RECORDS = 5_000;
/** Soft bound on one poll over all partitions. */
const MAX_POLL_RECORDS = 20_000;
const RETRY_MS = 100;
/** So long the end of a partition counts as known: several times what an answer to a fetch takes when there is nothing. */
const END_KNOWN_MS = 1_500;
const DAY_MS = 86_400_000;

export interface KafkaConsumerDeps {
  readonly times: GroupTimes;
  readonly partitions: number;
  /** Connections for the membership and for fetching: both wait long. */
  readonly memberCluster: KafkaCluster;
  readonly fetchCluster: KafkaCluster;
  readonly committed: (partitions: readonly TopicPartition[]) => Promise<readonly (CommittedOffset | null)[]>;
  readonly lowWatermarks: (partitions: readonly TopicPartition[]) => Promise<readonly number[]>;
}

/** A member of a consumer group on Kafka. */
export class KafkaConsumer implements Consumer {
  readonly group: string;
  readonly #deps: KafkaConsumerDeps;
  readonly #options: ConsumerOptions;
  readonly #membership: GroupMembership;
  readonly #fetcher: PartitionFetcher;
  readonly #wakeUp: WakeUp;
  #generation = 0;
  #assigned: AssignedPartition[] = [];
  /** Where the next poll begins to look, so that one busy partition does not starve the others. */
  #rotation = 0;
  #woken = false;
  #polling = false;
  #closed = false;
  #failure: EventLogError | null = null;

  constructor(options: ConsumerOptions, deps: KafkaConsumerDeps) {
    this.group = options.group;
    this.#deps = deps;
    this.#options = options;
    this.#wakeUp = new WakeUp(deps.fetchCluster.clock);
    this.#fetcher = new PartitionFetcher(deps.fetchCluster, () => this.#wakeUp.notify());
    this.#membership = new GroupMembership({
      ...deps.times,
      cluster: deps.memberCluster,
      group: options.group,
      topics: options.topics,
      partitions: deps.partitions,
      assigned: () => this.#wakeUp.notify(),
      failed: (error) => {
        this.#failure = asEventLogError(error, `joining group ${options.group}`);
        this.#wakeUp.notify();
      },
    });
  }

  async poll({ timeoutMs, maxRecords = DEFAULT_MAX_RECORDS }: PollOptions): Promise<PollResult> {
    this.#checkOpen();
    if (this.#polling) throw new Error('poll was called while another poll of this consumer waits');
    this.#polling = true;
    const { clock } = this.#deps.fetchCluster;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    try {
      for (;;) {
        if (this.#closed) return { kind: 'idle' };
        if (this.#failure !== null) throw this.#failure;
        const assignment = await this.#takeAssignment();
        if (assignment !== null) return assignment;
        const batches = this.#collect(maxRecords);
        if (batches.length > 0) return { kind: 'records', batches };
        const leftMs = deadlineMs - clock.monotonicMs();
        if (this.#woken || leftMs <= 0) {
          this.#woken = false;
          return { kind: 'idle' };
        }
        await this.#wakeUp.wait(Math.min(leftMs, DAY_MS));
      }
    } finally {
      this.#polling = false;
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#find(partition).paused = true;
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#find(partition).paused = false;
    this.#fetcher.kick();
    this.#wakeUp.notify();
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#find(partition).seek(offset);
    this.#fetcher.kick();
  }

  position(partition: TopicPartition): number {
    return this.#find(partition).position;
  }

  endOffset(partition: TopicPartition): number | undefined {
    const { endOffset, endSeenMs, hasPending, paused } = this.#find(partition);
    // More has come, and will be there or not.
    if (hasPending) return undefined;
    // While Kafka is away nobody knows whether more has come; a paused partition is not asked for.
    const known = paused || this.#deps.fetchCluster.clock.monotonicMs() - endSeenMs <= END_KNOWN_MS;
    return known ? endOffset : undefined;
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<'committed' | 'fenced'> {
    this.#checkOpen();
    checkMetadata(offsets);
    // The brokers look at the generation alone: they would let the new owner's position be overwritten.
    if (offsets.some((offset) => this.#findAssigned(offset) === undefined)) return 'fenced';
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, of]) => ({
      topic,
      partitions: of.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata })),
    }));
    try {
      return await this.#membership.commit(this.#generation, topics);
    } catch (error) {
      throw asEventLogError(error, `committing offsets of group ${this.group}`);
    }
  }

  wakeUp(): void {
    this.#woken = true;
    this.#wakeUp.notify();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#fetcher.close();
    this.#wakeUp.notify();
    await Promise.all([this.#membership.leave(), this.#deps.fetchCluster.close()]);
  }

  #checkOpen(): void {
    if (this.#closed) throw new EventLogError('closed', `the consumer of group ${this.group} is closed`);
  }

  #find(partition: TopicPartition): AssignedPartition {
    const assigned = this.#findAssigned(partition);
    if (assigned !== undefined) return assigned;
    const { topic, partition: index } = partition;
    throw new EventLogError('not_assigned', `${topic}/${index} is not assigned to this consumer`);
  }

  #findAssigned({ topic, partition }: TopicPartition): AssignedPartition | undefined {
    return this.#assigned.find(({ index, topicPartition }) => index === partition && topicPartition.topic === topic);
  }

  async #takeAssignment(): Promise<PollResult | null> {
    const assignment = this.#membership.take();
    if (assignment === null) return null;
    const { generation, indexes } = assignment;
    const kept = this.#assigned.filter(({ index }) => assignment.kept.includes(index));
    const lost = this.#assigned.filter((assigned) => !kept.includes(assigned));
    // Nothing of what is lost is delivered from here on, however long it takes to find where the gained begin.
    this.#assigned = kept;
    this.#fetcher.assign(kept);
    const gained = await this.#gain(indexes.filter((index) => !kept.some((assigned) => assigned.index === index)));
    this.#generation = generation;
    this.#assigned = [...kept, ...gained];
    this.#fetcher.assign(this.#assigned);
    return {
      kind: 'assignment',
      generation,
      assigned: this.#assigned.map(({ topicPartition }) => topicPartition),
      gained: gained.map(({ topicPartition }) => topicPartition),
      lost: lost.map(({ topicPartition }) => topicPartition),
    };
  }

  /** Partitions at the offsets that the group has committed, or at their beginnings. Tries until Kafka answers. */
  async #gain(indexes: readonly number[]): Promise<AssignedPartition[]> {
    const { clock } = this.#deps.fetchCluster;
    const partitions = indexes.flatMap((partition) => this.#options.topics.map((topic) => ({ topic, partition })));
    while (partitions.length > 0 && !this.#closed) {
      try {
        const committed = await this.#deps.committed(partitions);
        const without = partitions.filter((_, i) => committed[i] === null);
        const lows = without.length === 0 ? [] : await this.#deps.lowWatermarks(without);
        const beginnings = new Map(without.map((partition, i) => [partition, lows[i] ?? 0]));
        return partitions.map((partition, i) => {
          const position = committed[i]?.offset ?? beginnings.get(partition) ?? 0;
          return new AssignedPartition(partition, position, this.#options.startPaused ?? false);
        });
      } catch (error) {
        const known = asEventLogError(error, `reading the offsets of group ${this.group}`);
        if (!known.retriable) throw known;
        await clock.sleep(RETRY_MS);
      }
    }
    return [];
  }

  #collect(maxRecords: number): RecordBatch[] {
    const batches: RecordBatch[] = [];
    const count = this.#assigned.length;
    const from = this.#rotation;
    let left = MAX_POLL_RECORDS;
    for (let i = 0; i < count && left > 0; i++) {
      const assigned = this.#assigned[(from + i) % count] as AssignedPartition;
      if (assigned.paused) continue;
      if (assigned.error !== null && !assigned.hasRecords) {
        // What others have counts as delivered; the next poll meets this error first.
        if (batches.length === 0) throw assigned.error;
        this.#rotation = (from + i) % count;
        break;
      }
      const batch = assigned.deliver(Math.min(maxRecords, left));
      if (batch === null) continue;
      left -= batch.records.length;
      this.#rotation = (from + i + 1) % count;
      batches.push(batch);
    }
    if (batches.length > 0) this.#fetcher.kick();
    return batches;
  }
}
