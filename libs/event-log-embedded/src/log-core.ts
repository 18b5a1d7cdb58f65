import type { DatabaseSync } from 'node:sqlite';
import type { CommittedOffset, LogRecord } from '@logweave/event-log';
import type { Fetched, LocalLog, ResolvedOffset } from '@logweave/event-log/local';
import type { Clock } from '@logweave/model';
import { decodeBatch } from './batch-codec.ts';
import { Catalog, checkRange } from './catalog.ts';
import { Store } from './store.ts';
import { TailCache } from './tail-cache.ts';
import { WriteQueue, type WriteQueueDeps } from './write-queue.ts';
import type { WriteTransaction } from './write-transaction.ts';

export interface LogCoreOptions {
  /** To read from. */
  readonly database: DatabaseSync;
  readonly writer: WriteQueueDeps['writer'];
  readonly clock: Clock;
  readonly cacheBytes: number;
  readonly stalled: WriteQueueDeps['stalled'];
}

/**
 * The log of the writing process: catalog, cache, file and the queue to it. The file may be a transaction ahead of the
 * catalog, which takes a transaction over when the writer has said that it is durable.
 */
export class LogCore implements LocalLog {
  readonly clock: Clock;
  readonly waiting = new Set<() => void>();
  readonly catalog: Catalog;
  readonly cache: TailCache;
  readonly store: Store;
  readonly queue: WriteQueue;
  closed = false;

  constructor(options: LogCoreOptions) {
    this.clock = options.clock;
    this.store = new Store(options.database);
    this.catalog = new Catalog(this.store);
    this.cache = new TailCache(options.cacheBytes);
    this.queue = new WriteQueue({
      clock: options.clock,
      catalog: this.catalog,
      writer: options.writer,
      cache: this.cache,
      committed: () => this.wakeAll(),
      stalled: options.stalled,
    });
  }

  wakeAll(): void {
    for (const wake of this.waiting) wake();
  }

  partitionCount(topic: string): number {
    return this.catalog.topic(topic).partitions.length;
  }

  partitionId(topic: string, partition: number): number {
    return this.catalog.partition(topic, partition).id;
  }

  lowOffset(id: number): number {
    return this.catalog.byId(id).low;
  }

  stableOffset(id: number): number {
    return this.catalog.byId(id).next;
  }

  committedOffset(group: string, id: number): CommittedOffset | null {
    return this.catalog.committed(group, id);
  }

  fetch(id: number, offset: number, maxRecords: number, maxBytes: number): Fetched {
    const partition = this.catalog.byId(id);
    checkRange(partition, offset);
    const endOffset = partition.next;
    const records: LogRecord[] = [];
    if (offset === endOffset) return { records, nextOffset: offset, endOffset, bytes: 0 };
    let nextOffset = -1;
    let bytes = 0;
    for (const batch of this.cache.from(id, offset)) {
      decodeBatch(batch.data, batch.baseOffset, offset, records);
      nextOffset = batch.baseOffset + batch.span;
      bytes += batch.data.length;
      if (records.length >= maxRecords || bytes >= maxBytes) break;
    }
    if (nextOffset >= 0) return { records, nextOffset, endOffset, bytes };
    const read = this.store.snapshot(() => {
      // What retention has removed is out of range, also when the catalog does not say so yet.
      checkRange({ ...partition, low: this.store.bounds(id).low }, offset);
      return this.store.read(id, offset, { records: maxRecords, bytes: maxBytes, endOffset }, records);
    });
    // No batch is left behind a position below the end when compaction has removed the last ones.
    return { records, nextOffset: read?.nextOffset ?? endOffset, endOffset, bytes: read?.bytes ?? 0 };
  }

  /** Writes something that nobody can refuse and that frees space, ahead of what waits. @throws EventLogError `closed`, `unavailable`. */
  write(write: (transaction: WriteTransaction) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.pushUrgent({
        bytes: 0,
        admit: () => true,
        write,
        done: resolve,
        failed: (error) => {
          reject(error);
          return 'settled';
        },
      });
    });
  }

  commitOffsets(group: string, offsets: readonly ResolvedOffset[], allowed: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.queue.push({
        bytes: 0,
        admit: () => {
          if (allowed()) return true;
          resolve(false);
          return false;
        },
        write: (transaction) => {
          for (const { id, offset, metadata } of offsets) transaction.commitOffset(group, id, { offset, metadata });
        },
        done: () => resolve(true),
        // A commit that is tried again looks again whether it is fenced, so repeating it is safe.
        failed: (error) => {
          if (error.retriable) return 'again';
          reject(error);
          return 'settled';
        },
      });
    });
  }

  async turn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
