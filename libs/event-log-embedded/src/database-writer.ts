import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TopicSpec } from '@logweave/event-log';
import { asEventLogError, mayHaveBeenApplied } from './database.ts';
import type { WriteOperation, WriteOutcome } from './write-operation.ts';

/** Carries out operations in SQLite transactions, on the thread that calls it. */
export class DatabaseWriter {
  readonly #database: DatabaseSync;
  readonly #insertTopic: StatementSync;
  readonly #updateTopic: StatementSync;
  readonly #insertPartition: StatementSync;
  readonly #updatePartition: StatementSync;
  readonly #insertBatch: StatementSync;
  readonly #deleteBatches: StatementSync;
  readonly #upsertOffset: StatementSync;
  readonly #deleteOffsets: StatementSync;
  readonly #upsertEpoch: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insertTopic = database.prepare(`
      INSERT INTO topics (name, first_partition, partitions, cleanup, retention_ms, retention_bytes, max_record_bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#updateTopic = database.prepare(
      'UPDATE topics SET retention_ms = ?, retention_bytes = ?, max_record_bytes = ? WHERE name = ?',
    );
    this.#insertPartition = database.prepare(
      'INSERT INTO partitions (id, low, next, bytes, cleaned) VALUES (?, 0, 0, 0, 0)',
    );
    this.#updatePartition = database.prepare(
      'UPDATE partitions SET low = ?, next = ?, bytes = ?, cleaned = ? WHERE id = ?',
    );
    this.#insertBatch = database.prepare(
      'INSERT INTO batches (id, span, records, max_timestamp_ms, data) VALUES (?, ?, ?, ?, ?)',
    );
    this.#deleteBatches = database.prepare('DELETE FROM batches WHERE id >= ? AND id < ?');
    this.#upsertOffset = database.prepare(`
      INSERT INTO committed_offsets (consumer_group, partition, committed, metadata) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET committed = excluded.committed, metadata = excluded.metadata`);
    this.#deleteOffsets = database.prepare('DELETE FROM committed_offsets WHERE consumer_group = ?');
    this.#upsertEpoch = database.prepare(`
      INSERT INTO transactional_ids (id, epoch) VALUES (?, ?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch`);
  }

  write(operations: readonly WriteOperation[]): Exclude<WriteOutcome, { kind: 'lost' }> {
    let committing = false;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const operation of operations) this.#carryOut(operation);
      committing = true;
      this.#database.exec('COMMIT');
      return { kind: 'committed' };
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return {
        kind: 'failed',
        error: asEventLogError(error, 'the event log cannot be written'),
        mayBeApplied: committing && mayHaveBeenApplied(error),
      };
    }
  }

  #carryOut(operation: WriteOperation): void {
    switch (operation.kind) {
      case 'create_topic':
        this.#createTopic(operation.spec, operation.firstPartition);
        return;
      case 'update_topic': {
        const { name, retentionMs, retentionBytes, maxRecordBytes } = operation.spec;
        this.#updateTopic.run(retentionMs, retentionBytes, maxRecordBytes, name);
        return;
      }
      case 'put_batch': {
        const { id, span, records, maxTimestampMs, data } = operation;
        this.#insertBatch.run(id, span, records, maxTimestampMs, data);
        return;
      }
      case 'remove_batches':
        this.#deleteBatches.run(operation.fromId, operation.toId);
        return;
      case 'set_partition': {
        const { id, low, next, bytes, cleaned } = operation;
        this.#updatePartition.run(low, next, bytes, cleaned, id);
        return;
      }
      case 'commit_offset': {
        const { group, partition, offset, metadata } = operation;
        this.#upsertOffset.run(group, partition, offset, metadata);
        return;
      }
      case 'forget_group':
        this.#deleteOffsets.run(operation.group);
        return;
      case 'set_epoch':
        this.#upsertEpoch.run(operation.transactionalId, operation.epoch);
        return;
      case 'give_back_pages':
        this.#database.exec(`PRAGMA incremental_vacuum(${operation.pages})`);
        return;
      default:
        operation satisfies never;
    }
  }

  #createTopic(spec: TopicSpec, firstPartition: number): void {
    const { name, partitions, cleanup, retentionMs, retentionBytes, maxRecordBytes } = spec;
    this.#insertTopic.run(name, firstPartition, partitions, cleanup, retentionMs, retentionBytes, maxRecordBytes);
    for (let i = 0; i < partitions; i++) this.#insertPartition.run(firstPartition + i);
  }
}
