import type { CommittedOffset, TopicSpec } from '@logweave/event-log';
import type { EncodedBatch } from './batch-codec.ts';
import type { Catalog, Partition, Topic } from './catalog.ts';
import { batchId, MAX_PARTITIONS } from './store.ts';
import type { TailCache } from './tail-cache.ts';
import type { WriteOperation } from './write-operation.ts';

/** What a transaction makes of a partition. */
interface Change {
  low: number;
  next: number;
  bytes: number;
  cleaned: number;
}

interface Appended {
  readonly partition: Partition;
  readonly baseOffset: number;
  readonly batch: EncodedBatch;
}

/**
 * What one transaction does to the file, and what it will make of the catalog once it is committed: until then the
 * catalog says what everybody else may see.
 */
export class WriteTransaction {
  readonly #catalog: Catalog;
  readonly #changes = new Map<Partition, Change>();
  readonly #epochs = new Map<string, number>();
  readonly #offsets = new Map<string, Map<number, CommittedOffset>>();
  readonly #appended: Appended[] = [];
  readonly #newTopics = new Map<string, Topic>();
  readonly #afterCommit: (() => void)[] = [];
  readonly #operations: WriteOperation[] = [];

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Appends at the partition's end and returns the offset of the first record. */
  append(partition: Partition, batches: readonly EncodedBatch[]): number {
    const change = this.#change(partition);
    const first = change.next;
    for (const batch of batches) {
      this.#put(batchId(partition.id, change.next), batch);
      this.#appended.push({ partition, baseOffset: change.next, batch });
      change.next += batch.span;
      change.bytes += batch.data.length;
    }
    return first;
  }

  /** The epoch of a transactional id as this transaction leaves it; -1 when it was never opened. */
  epoch(transactionalId: string): number {
    return this.#epochs.get(transactionalId) ?? this.#catalog.epochs.get(transactionalId) ?? -1;
  }

  setEpoch(transactionalId: string, epoch: number): void {
    this.#operations.push({ kind: 'set_epoch', transactionalId, epoch });
    this.#epochs.set(transactionalId, epoch);
  }

  commitOffset(group: string, id: number, offset: CommittedOffset): void {
    let offsets = this.#offsets.get(group);
    if (offsets === undefined) {
      offsets = new Map();
      this.#offsets.set(group, offsets);
    }
    offsets.set(id, offset);
  }

  /** A topic as this transaction leaves it. */
  topic(name: string): Topic | undefined {
    return this.#newTopics.get(name) ?? this.#catalog.topics.get(name);
  }

  /** Whether so many partitions still fit beside those there are. */
  hasRoomFor(partitions: number): boolean {
    return this.#nextPartition() + partitions <= MAX_PARTITIONS;
  }

  createTopic(spec: TopicSpec): void {
    const firstPartition = this.#nextPartition();
    this.#operations.push({ kind: 'create_topic', spec, firstPartition });
    const partitions = Array.from({ length: spec.partitions }, (_, index) => ({
      id: firstPartition + index,
      topic: spec.name,
      index,
      low: 0,
      next: 0,
      bytes: 0,
      cleaned: 0,
    }));
    this.#newTopics.set(spec.name, { spec, partitions });
    this.#afterCommit.push(() => this.#catalog.addTopic(spec, partitions));
  }

  /** Takes over what may change of a topic that exists: retention and the record limit. */
  updateTopic(spec: TopicSpec): void {
    this.#operations.push({ kind: 'update_topic', spec });
    this.#afterCommit.push(() => {
      this.#catalog.topic(spec.name).spec = spec;
    });
  }

  /** Removes whole batches whose ids lie in `[fromId, toId)` and have `bytes` together. */
  removeBatches(partition: Partition, fromId: number, toId: number, bytes: number): void {
    this.#operations.push({ kind: 'remove_batches', fromId, toId });
    this.#change(partition).bytes -= bytes;
  }

  raiseLow(partition: Partition, low: number): void {
    this.#change(partition).low = low;
  }

  /** Puts a batch where compaction has removed others. */
  putBatch(partition: Partition, id: number, batch: EncodedBatch): void {
    this.#put(id, batch);
    this.#change(partition).bytes += batch.data.length;
  }

  setCleaned(partition: Partition, offset: number): void {
    this.#change(partition).cleaned = offset;
  }

  forgetGroup(group: string): void {
    this.#operations.push({ kind: 'forget_group', group });
    this.#afterCommit.push(() => this.#catalog.forgetGroup(group));
  }

  /** Makes the file shorter by up to so many of its free pages. */
  giveBackPages(pages: number): void {
    this.#operations.push({ kind: 'give_back_pages', pages });
  }

  /** All there is to do; what was gathered comes once per partition and offset, however often it was touched. */
  finish(): readonly WriteOperation[] {
    for (const [{ id }, { low, next, bytes, cleaned }] of this.#changes) {
      this.#operations.push({ kind: 'set_partition', id, low, next, bytes, cleaned });
    }
    for (const [group, offsets] of this.#offsets) {
      for (const [partition, { offset, metadata }] of offsets) {
        this.#operations.push({ kind: 'commit_offset', group, partition, offset, metadata });
      }
    }
    return this.#operations;
  }

  /** After the commit: makes everything visible in this process. */
  publish(cache: TailCache): void {
    for (const [partition, change] of this.#changes) Object.assign(partition, change);
    for (const { partition, baseOffset, batch } of this.#appended) {
      cache.add({ partition: partition.id, baseOffset, span: batch.span, data: batch.data });
    }
    for (const [id, epoch] of this.#epochs) this.#catalog.epochs.set(id, epoch);
    for (const [group, offsets] of this.#offsets) {
      for (const [id, offset] of offsets) this.#catalog.setCommitted(group, id, offset);
    }
    for (const apply of this.#afterCommit) apply();
  }

  #put(id: number, { span, records, maxTimestampMs, data }: EncodedBatch): void {
    this.#operations.push({ kind: 'put_batch', id, span, records, maxTimestampMs, data });
  }

  #nextPartition(): number {
    let next = this.#catalog.partitionsInAll;
    for (const { partitions } of this.#newTopics.values()) next += partitions.length;
    return next;
  }

  #change(partition: Partition): Change {
    let change = this.#changes.get(partition);
    if (change === undefined) {
      const { low, next, bytes, cleaned } = partition;
      change = { low, next, bytes, cleaned };
      this.#changes.set(partition, change);
    }
    return change;
  }
}
