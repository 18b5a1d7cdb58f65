import { type CommittedOffset, EventLogError, type TopicSpec, type Watermarks } from '@logweave/event-log';
import type { Store } from './store.ts';

/** What is known of one partition without looking into the file. Changes only after a commit. */
export interface Partition {
  readonly id: number;
  readonly topic: string;
  readonly index: number;
  low: number;
  next: number;
  /** Bytes of its stored batches. */
  bytes: number;
  /** Compaction has seen everything below this offset. */
  cleaned: number;
}

export interface Topic {
  spec: TopicSpec;
  readonly partitions: readonly Partition[];
}

/** Topics, partitions, committed offsets and epochs, held in memory as they stand in the file. */
export class Catalog {
  readonly topics = new Map<string, Topic>();
  readonly epochs: Map<string, number>;
  readonly #byId: Partition[] = [];
  /** Group → partition id → offset. */
  readonly #committed = new Map<string, Map<number, CommittedOffset>>();

  /** @throws EventLogError `corrupt`. */
  constructor(store: Store) {
    const stored = new Map(store.partitions().map((partition) => [partition.id, partition]));
    for (const { spec, firstPartition } of store.topics()) {
      const partitions = Array.from({ length: spec.partitions }, (_, index) => {
        const found = stored.get(firstPartition + index);
        if (found === undefined)
          throw new EventLogError('corrupt', `partition ${spec.name}/${index} is not in the file`);
        return { ...found, topic: spec.name, index };
      });
      this.addTopic(spec, partitions);
    }
    for (const { group, partition, offset, metadata } of store.committedOffsets()) {
      this.setCommitted(group, partition, { offset, metadata });
    }
    this.epochs = store.epochs();
  }

  get partitionsInAll(): number {
    return this.#byId.length;
  }

  addTopic(spec: TopicSpec, partitions: readonly Partition[]): void {
    this.topics.set(spec.name, { spec, partitions });
    for (const partition of partitions) this.#byId[partition.id] = partition;
  }

  /** @throws EventLogError `unknown_topic_or_partition`. */
  topic(name: string): Topic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new EventLogError('unknown_topic_or_partition', `there is no topic ${name}`);
    return topic;
  }

  /** @throws EventLogError `unknown_topic_or_partition`. */
  partition(topic: string, index: number): Partition {
    const partition = this.topic(topic).partitions[index];
    if (partition === undefined) {
      throw new EventLogError('unknown_topic_or_partition', `there is no partition ${topic}/${index}`);
    }
    return partition;
  }

  byId(id: number): Partition {
    const partition = this.#byId[id];
    if (partition === undefined) throw new Error(`there is no partition with id ${id}`);
    return partition;
  }

  /** Nothing in this log is ever visible before it is committed, so the stable end is the end. */
  watermarks(topic: string): Watermarks[] {
    return this.topic(topic).partitions.map(({ low, next }) => ({ low, high: next, stable: next }));
  }

  committed(group: string, id: number): CommittedOffset | null {
    return this.#committed.get(group)?.get(id) ?? null;
  }

  setCommitted(group: string, id: number, offset: CommittedOffset): void {
    let offsets = this.#committed.get(group);
    if (offsets === undefined) {
      offsets = new Map();
      this.#committed.set(group, offsets);
    }
    offsets.set(id, offset);
  }

  forgetGroup(group: string): void {
    this.#committed.delete(group);
  }

  /** The group that is furthest behind in a partition, or null when none has committed there. */
  slowestGroup(id: number): { readonly group: string; readonly offset: number } | null {
    let slowest: { group: string; offset: number } | null = null;
    for (const [group, offsets] of this.#committed) {
      const offset = offsets.get(id)?.offset;
      if (offset !== undefined && (slowest === null || offset < slowest.offset)) slowest = { group, offset };
    }
    return slowest;
  }
}

/** @throws EventLogError `offset_out_of_range`. */
export function checkRange(partition: Pick<Partition, 'topic' | 'index' | 'low' | 'next'>, offset: number): void {
  const { topic, index, low, next } = partition;
  if (offset < low || offset > next) {
    throw new EventLogError(
      'offset_out_of_range',
      `offset ${offset} of ${topic}/${index} does not exist: the log holds ${low} to ${next}`,
    );
  }
}
