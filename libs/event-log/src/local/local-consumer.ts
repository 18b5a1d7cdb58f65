import { checkMetadata } from '../record-limits.ts';
import {
  type Consumer,
  type ConsumerOptions,
  EventLogError,
  type OffsetCommit,
  type PollOptions,
  type PollResult,
  type RecordBatch,
  type TopicPartition,
} from '../port.ts';
import type { GroupCoordinator, Membership } from './group-coordinator.ts';
import type { LocalLog } from './local-log.ts';
import { Waiter } from './waiter.ts';

const DEFAULT_MAX_RECORDS = 5_000;
/** Soft bound on one poll over all partitions: what is decoded in one go holds up the event loop. */
const MAX_POLL_BYTES = 8 * 1024 * 1024;

interface Assigned {
  readonly topicPartition: TopicPartition;
  readonly index: number;
  readonly id: number;
  position: number;
  paused: boolean;
}

/** A consumer in the process that holds the log. */
export class LocalConsumer implements Consumer {
  readonly group: string;
  readonly #log: LocalLog;
  readonly #options: ConsumerOptions;
  readonly #membership: Membership;
  readonly #waiter: Waiter;
  #generation = 0;
  #assigned: Assigned[] = [];
  /** Where the next poll begins to look, so that one busy partition does not starve the others. */
  #rotation = 0;
  #woken = false;
  #polling = false;
  #closed = false;

  /** @throws EventLogError `unknown_topic_or_partition`, `not_copartitioned`. */
  constructor(log: LocalLog, groups: GroupCoordinator, options: ConsumerOptions) {
    this.group = options.group;
    this.#log = log;
    this.#options = options;
    this.#waiter = new Waiter(log);
    const counts = options.topics.map((topic) => log.partitionCount(topic));
    const partitions = counts[0] ?? 0;
    if (counts.some((count) => count !== partitions)) {
      const list = options.topics.map((topic, i) => `${topic} has ${counts[i]}`).join(', ');
      throw new EventLogError('not_copartitioned', `topics of group ${options.group} differ in partitions: ${list}`);
    }
    this.#membership = groups.join({
      group: options.group,
      topics: options.topics,
      partitions,
      changed: () => this.#waiter.wake(),
    });
  }

  async poll({ timeoutMs, maxRecords = DEFAULT_MAX_RECORDS }: PollOptions): Promise<PollResult> {
    this.#checkOpen();
    if (this.#polling) throw new Error('poll was called while another poll of this consumer waits');
    this.#polling = true;
    try {
      const deadlineMs = this.#log.clock.monotonicMs() + timeoutMs;
      await this.#log.turn();
      for (;;) {
        if (this.#closed) return { kind: 'idle' };
        if (this.#log.closed) throw new EventLogError('closed', 'the event log is closed');
        const assignment = this.#takeAssignment();
        if (assignment !== null) return assignment;
        const batches = this.#collect(maxRecords);
        if (batches.length > 0) return { kind: 'records', batches };
        const leftMs = deadlineMs - this.#log.clock.monotonicMs();
        if (this.#woken || leftMs <= 0) {
          this.#woken = false;
          return { kind: 'idle' };
        }
        await this.#waiter.wait(leftMs);
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
    this.#waiter.wake();
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#find(partition).position = offset;
    this.#waiter.wake();
  }

  position(partition: TopicPartition): number {
    return this.#find(partition).position;
  }

  endOffset(partition: TopicPartition): number | undefined {
    return this.#log.stableOffset(this.#find(partition).id);
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<'committed' | 'fenced'> {
    this.#checkOpen();
    checkMetadata(offsets);
    const resolved = offsets.map(({ topic, partition, offset, metadata }) => ({
      id: this.#log.partitionId(topic, partition),
      offset,
      metadata,
    }));
    if (offsets.some((offset) => this.#findAssigned(offset) === undefined)) return 'fenced';
    const generation = this.#generation;
    const allowed = (): boolean => this.#membership.generation() === generation;
    return (await this.#log.commitOffsets(this.group, resolved, allowed)) ? 'committed' : 'fenced';
  }

  wakeUp(): void {
    this.#woken = true;
    this.#waiter.wake();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#membership.leave();
    this.#waiter.wake();
  }

  #checkOpen(): void {
    if (this.#closed || this.#log.closed)
      throw new EventLogError('closed', `the consumer of group ${this.group} is closed`);
  }

  #find(partition: TopicPartition): Assigned {
    const assigned = this.#findAssigned(partition);
    if (assigned !== undefined) return assigned;
    const { topic, partition: index } = partition;
    throw new EventLogError('not_assigned', `${topic}/${index} is not assigned to this consumer`);
  }

  #findAssigned({ topic, partition }: TopicPartition): Assigned | undefined {
    return this.#assigned.find(({ index, topicPartition }) => index === partition && topicPartition.topic === topic);
  }

  #takeAssignment(): PollResult | null {
    this.#membership.rejoin();
    const generation = this.#membership.generation();
    if (generation === this.#generation) return null;
    const owned = this.#membership.owned();
    // A partition that was somebody else's in between is lost and gained: its position here means nothing any more.
    const kept = this.#assigned.filter(
      ({ index }) => (owned.get(index) ?? Number.POSITIVE_INFINITY) <= this.#generation,
    );
    const lost = this.#assigned.filter((assigned) => !kept.includes(assigned));
    const keptIndexes = new Set(kept.map(({ index }) => index));
    const gained = [...owned.keys()]
      .filter((index) => !keptIndexes.has(index))
      .flatMap((index) => this.#options.topics.map((topic) => this.#gain(topic, index)));
    this.#generation = generation;
    this.#assigned = [...kept, ...gained];
    return {
      kind: 'assignment',
      generation,
      assigned: this.#assigned.map(({ topicPartition }) => topicPartition),
      gained: gained.map(({ topicPartition }) => topicPartition),
      lost: lost.map(({ topicPartition }) => topicPartition),
    };
  }

  #gain(topic: string, index: number): Assigned {
    const id = this.#log.partitionId(topic, index);
    return {
      topicPartition: { topic, partition: index },
      index,
      id,
      position: this.#log.committedOffset(this.group, id)?.offset ?? this.#log.lowOffset(id),
      paused: this.#options.startPaused ?? false,
    };
  }

  #collect(maxRecords: number): RecordBatch[] {
    const batches: RecordBatch[] = [];
    const count = this.#assigned.length;
    let bytesLeft = MAX_POLL_BYTES;
    const from = this.#rotation;
    for (let i = 0; i < count && bytesLeft > 0; i++) {
      const assigned = this.#assigned[(from + i) % count] as Assigned;
      const { id, position } = assigned;
      if (assigned.paused || position === this.#log.stableOffset(id)) continue;
      let fetched: ReturnType<LocalLog['fetch']>;
      try {
        fetched = this.#log.fetch(id, position, maxRecords, bytesLeft);
      } catch (error) {
        // What was read of other partitions counts as delivered; the next poll meets this error first.
        if (batches.length === 0) throw error;
        this.#rotation = (from + i) % count;
        return batches;
      }
      if (fetched.nextOffset === position) continue;
      assigned.position = fetched.nextOffset;
      bytesLeft -= fetched.bytes;
      this.#rotation = (from + i + 1) % count;
      const { records, nextOffset, endOffset } = fetched;
      batches.push({ ...assigned.topicPartition, records, fetchedOffset: position, nextOffset, endOffset });
    }
    return batches;
  }
}
