import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CommittedOffset, TopicSpec } from '@logweave/event-log';
import type { EncodedBatch } from './batch-codec.ts';
import type { Catalog, Partition, Topic } from './catalog.ts';
import { batchId, MAX_PARTITIONS } from './store.ts';
import type { TailCache } from './tail-cache.ts';

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
 * One SQLite transaction, and what it will make of the catalog once it is committed: until then the catalog says what
 * everybody else may see. The object is used again for every transaction.
 */
export class WriteTransaction {
  readonly #database: DatabaseSync;
  readonly #catalog: Catalog;
  readonly #changes = new Map<Partition, Change>();
  readonly #epochs = new Map<string, number>();
  readonly #offsets = new Map<string, Map<number, CommittedOffset>>();
  readonly #appended: Appended[] = [];
  readonly #newTopics = new Map<string, Topic>();
  readonly #afterCommit: (() => void)[] = [];
  readonly #insertBatch: StatementSync;
  readonly #deleteBatches: StatementSync;
  readonly #updatePartition: StatementSync;
  readonly #upsertOffset: StatementSync;
  readonly #upsertEpoch: StatementSync;

  constructor(database: DatabaseSync, catalog: Catalog) {
    this.#database = database;
    this.#catalog = catalog;
    this.#insertBatch = database.prepare(
      'INSERT INTO batches (id, span, records, max_timestamp_ms, data) VALUES (?, ?, ?, ?, ?)',
    );
    this.#deleteBatches = database.prepare('DELETE FROM batches WHERE id >= ? AND id < ?');
    this.#updatePartition = database.prepare(
      'UPDATE partitions SET low = ?, next = ?, bytes = ?, cleaned = ? WHERE id = ?',
    );
    this.#upsertOffset = database.prepare(`
      INSERT INTO committed_offsets (consumer_group, partition, committed, metadata) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET committed = excluded.committed, metadata = excluded.metadata`);
    this.#upsertEpoch = database.prepare(`
      INSERT INTO transactional_ids (id, epoch) VALUES (?, ?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch`);
  }

  begin(): void {
    this.#clear();
    this.#database.exec('BEGIN IMMEDIATE');
  }

  /** Appends at the partition's end and returns the offset of the first record. */
  append(partition: Partition, batches: readonly EncodedBatch[]): number {
    const change = this.#change(partition);
    const first = change.next;
    for (const batch of batches) {
      this.#insertBatch.run(
        batchId(partition.id, change.next),
        batch.span,
        batch.records,
        batch.maxTimestampMs,
        batch.data,
      );
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
    this.#upsertEpoch.run(transactionalId, epoch);
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
    this.#database
      .prepare(`INSERT INTO topics (name, first_partition, partitions, cleanup, retention_ms, retention_bytes,
        max_record_bytes) VALUES (?, ?, ?, ?, ?, ?, ?)`)
      .run(
        spec.name,
        firstPartition,
        spec.partitions,
        spec.cleanup,
        spec.retentionMs,
        spec.retentionBytes,
        spec.maxRecordBytes,
      );
    const insert = this.#database.prepare(
      'INSERT INTO partitions (id, low, next, bytes, cleaned) VALUES (?, 0, 0, 0, 0)',
    );
    const partitions = Array.from({ length: spec.partitions }, (_, index) => {
      insert.run(firstPartition + index);
      return { id: firstPartition + index, topic: spec.name, index, low: 0, next: 0, bytes: 0, cleaned: 0 };
    });
    this.#newTopics.set(spec.name, { spec, partitions });
    this.#afterCommit.push(() => this.#catalog.addTopic(spec, partitions));
  }

  /** Takes over what may change of a topic that exists: retention and the record limit. */
  updateTopic(spec: TopicSpec): void {
    this.#database
      .prepare('UPDATE topics SET retention_ms = ?, retention_bytes = ?, max_record_bytes = ? WHERE name = ?')
      .run(spec.retentionMs, spec.retentionBytes, spec.maxRecordBytes, spec.name);
    this.#afterCommit.push(() => {
      this.#catalog.topic(spec.name).spec = spec;
    });
  }

  /** Removes whole batches whose ids lie in `[fromId, toId)` and have `bytes` together. */
  removeBatches(partition: Partition, fromId: number, toId: number, bytes: number): void {
    this.#deleteBatches.run(fromId, toId);
    this.#change(partition).bytes -= bytes;
  }

  raiseLow(partition: Partition, low: number): void {
    this.#change(partition).low = low;
  }

  /** Puts a batch where compaction has removed others. */
  putBatch(partition: Partition, id: number, batch: EncodedBatch): void {
    this.#insertBatch.run(id, batch.span, batch.records, batch.maxTimestampMs, batch.data);
    this.#change(partition).bytes += batch.data.length;
  }

  setCleaned(partition: Partition, offset: number): void {
    this.#change(partition).cleaned = offset;
  }

  forgetGroup(group: string): void {
    this.#database.prepare('DELETE FROM committed_offsets WHERE consumer_group = ?').run(group);
    this.#afterCommit.push(() => this.#catalog.forgetGroup(group));
  }

  /** Writes down what was gathered: once per partition and offset, however often a transaction touched it. */
  finish(): void {
    for (const [{ id }, { low, next, bytes, cleaned }] of this.#changes) {
      this.#updatePartition.run(low, next, bytes, cleaned, id);
    }
    for (const [group, offsets] of this.#offsets) {
      for (const [id, { offset, metadata }] of offsets) this.#upsertOffset.run(group, id, offset, metadata);
    }
  }

  commit(): void {
    this.#database.exec('COMMIT');
  }

  rollback(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    this.#clear();
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
    this.#clear();
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

  #clear(): void {
    this.#changes.clear();
    this.#epochs.clear();
    this.#offsets.clear();
    this.#appended.length = 0;
    this.#newTopics.clear();
    this.#afterCommit.length = 0;
  }
}
