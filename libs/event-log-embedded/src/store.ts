import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { EventLogError, type LogRecord, type TopicSpec } from '@logweave/event-log';
import { checkBatch, decodeBatch } from './batch-codec.ts';

/** Offsets of one partition: 2^40 leaves room for 8,192 partitions below 2^53. */
const OFFSETS_PER_PARTITION = 2 ** 40;
export const MAX_PARTITIONS = 2 ** 13;

export function batchId(partition: number, offset: number): number {
  return partition * OFFSETS_PER_PARTITION + offset;
}

export interface StoredTopic {
  readonly spec: TopicSpec;
  readonly firstPartition: number;
}

export interface StoredPartition {
  readonly id: number;
  readonly low: number;
  readonly next: number;
  readonly bytes: number;
  readonly cleaned: number;
}

export interface StoredOffset {
  readonly group: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

/** A stored batch without its records. */
export interface BatchInfo {
  readonly id: number;
  readonly span: number;
  readonly records: number;
  readonly maxTimestampMs: number;
  readonly bytes: number;
}

type Row = Record<string, SQLOutputValue>;

/** Reads of the database, the same for its writer and for readers beside it. */
export class Store {
  readonly #database: DatabaseSync;
  readonly #scan: StatementSync;
  readonly #infos: StatementSync;
  readonly #bounds: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    // From the batch that holds the offset (the last one that begins at or before it) to the partition's end.
    this.#scan = database.prepare(`
      SELECT id, span, data FROM batches
      WHERE id >= coalesce((SELECT max(id) FROM batches WHERE id <= ?1 AND id >= ?2), ?1) AND id < ?3 ORDER BY id`);
    this.#infos = database.prepare(`
      SELECT id, span, records, max_timestamp_ms, length(data) AS bytes FROM batches
      WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`);
    this.#bounds = database.prepare('SELECT low, next FROM partitions WHERE id = ?');
  }

  topics(): StoredTopic[] {
    return this.#database
      .prepare('SELECT * FROM topics ORDER BY id')
      .all()
      .map((row) => ({
        firstPartition: int(row, 'first_partition'),
        spec: {
          name: text(row, 'name'),
          partitions: int(row, 'partitions'),
          cleanup: text(row, 'cleanup') === 'compact' ? 'compact' : 'delete',
          retentionMs: intOrNull(row, 'retention_ms'),
          retentionBytes: intOrNull(row, 'retention_bytes'),
          maxRecordBytes: int(row, 'max_record_bytes'),
        },
      }));
  }

  partitions(): StoredPartition[] {
    return this.#database
      .prepare('SELECT * FROM partitions ORDER BY id')
      .all()
      .map((row) => ({
        id: int(row, 'id'),
        low: int(row, 'low'),
        next: int(row, 'next'),
        bytes: int(row, 'bytes'),
        cleaned: int(row, 'cleaned'),
      }));
  }

  /** First and next offset of a partition as they stand now. @throws EventLogError `corrupt`. */
  bounds(partition: number): { readonly low: number; readonly next: number } {
    const row = this.#bounds.get(partition);
    if (row === undefined) throw new EventLogError('corrupt', `partition ${partition} is not in the file`);
    return { low: int(row, 'low'), next: int(row, 'next') };
  }

  committedOffsets(): StoredOffset[] {
    return this.#database
      .prepare('SELECT * FROM committed_offsets')
      .all()
      .map((row) => ({
        group: text(row, 'consumer_group'),
        partition: int(row, 'partition'),
        offset: int(row, 'committed'),
        metadata: text(row, 'metadata'),
      }));
  }

  epochs(): Map<string, number> {
    const rows = this.#database.prepare('SELECT id, epoch FROM transactional_ids').all();
    return new Map(rows.map((row) => [text(row, 'id'), int(row, 'epoch')]));
  }

  /** Lets all that is read in one go see the same state of the file. */
  snapshot<T>(read: () => T): T {
    this.#database.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  /**
   * Appends records of a partition from `offset` on to `into`, whole batches, until one of the bounds is passed; and
   * none from `endOffset` on, where a batch ends.
   * @returns the position after the last batch read, and its bytes; null when there was none.
   * @throws EventLogError `corrupt`.
   */
  read(
    partition: number,
    offset: number,
    bounds: { readonly records: number; readonly bytes: number; readonly endOffset?: number },
    into: LogRecord[],
  ): { readonly nextOffset: number; readonly bytes: number } | null {
    const first = batchId(partition, 0);
    let nextOffset = -1;
    let bytes = 0;
    const end = batchId(partition, bounds.endOffset ?? OFFSETS_PER_PARTITION);
    for (const row of this.#scan.iterate(batchId(partition, offset), first, end)) {
      const baseOffset = int(row, 'id') - first;
      const nextBase = baseOffset + int(row, 'span');
      if (nextBase <= offset) continue;
      const data = blob(row, 'data');
      checkBatch(data, int(row, 'id'));
      decodeBatch(data, baseOffset, offset, into);
      nextOffset = nextBase;
      bytes += data.length;
      if (into.length >= bounds.records || bytes >= bounds.bytes) break;
    }
    return nextOffset < 0 ? null : { nextOffset, bytes };
  }

  /** The batches of a partition that begin at `fromOffset` or behind, without their records. */
  batchInfos(partition: number, fromOffset: number, limit: number): BatchInfo[] {
    return this.#infos.all(batchId(partition, fromOffset), batchId(partition + 1, 0), limit).map((row) => ({
      id: int(row, 'id'),
      span: int(row, 'span'),
      records: int(row, 'records'),
      maxTimestampMs: int(row, 'max_timestamp_ms'),
      bytes: int(row, 'bytes'),
    }));
  }
}

function int(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new EventLogError('corrupt', `column ${column} is no number`);
  return value;
}

function intOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : int(row, column);
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new EventLogError('corrupt', `column ${column} is no text`);
  return value;
}

function blob(row: Row, column: string): Buffer {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new EventLogError('corrupt', `column ${column} is no blob`);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
