import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import {
  type CommittedOffset,
  EventLogError,
  type LogRecord,
  type ReadableEventLog,
  type Reader,
  type TopicPartition,
  type TopicSpec,
  type Watermarks,
} from '@logweave/event-log';
import { type Fetched, LocalReader, type LocalReads } from '@logweave/event-log/local';
import type { Clock } from '@logweave/model';
import { Catalog, checkRange } from './catalog.ts';
import { asEventLogError, openReadOnly, readPragma } from './database.ts';
import { Store } from './store.ts';

/** Between two looks whether the writer has committed: 20 ms cost about a percent of a core. */
const DEFAULT_POLL_MS = 20;
/** As long as opening waits for whoever rebuilds the index of the write-ahead log after a crash. */
const BARE_TIMEOUT_MS = 30_000;

export interface EmbeddedLogReaderOptions {
  /** The database file of a log that exists. */
  readonly path: string;
  readonly clock: Clock;
  /** Default 20 ms. */
  readonly pollMs?: number;
}

/**
 * Opens a log read-only, beside the process that writes it or when nobody does.
 * @throws EventLogError `unavailable` when there is no such log or another process is just creating it, `corrupt`.
 */
export async function openEmbeddedLogReader(options: EmbeddedLogReaderOptions): Promise<ReadableEventLog> {
  if (!existsSync(options.path) || isBare(options.path)) {
    throw new EventLogError('unavailable', `there is no event log at ${options.path}`, { retriable: true });
  }
  const database = openReadOnly(options.path);
  try {
    return new SqliteLogReader(database, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Whether a writer has yet to make a log of this database: it makes the file first and fills it in one transaction.
 * Asked before the log is opened, since from then on it only goes forward.
 */
function isBare(path: string): boolean {
  try {
    using database = new DatabaseSync(path, { readOnly: true, timeout: BARE_TIMEOUT_MS });
    return readPragma(database, 'user_version') === 0 && readPragma(database, 'page_count') <= 1;
  } catch (error) {
    throw asEventLogError(error, `cannot open the event log ${path}`);
  }
}

class SqliteLogReader implements ReadableEventLog, LocalReads {
  readonly clock: Clock;
  readonly waiting = new Set<() => void>();
  closed = false;
  readonly #database: DatabaseSync;
  readonly #store: Store;
  readonly #pollMs: number;
  #catalog: Catalog;
  /** Of the file as the catalog shows it, and as the last look at it saw it. */
  #version: number;
  #polledVersion = -1;
  #cancel: (() => void) | null = null;

  constructor(database: DatabaseSync, options: EmbeddedLogReaderOptions) {
    this.clock = options.clock;
    this.#database = database;
    this.#pollMs = options.pollMs ?? DEFAULT_POLL_MS;
    this.#store = new Store(database);
    this.#version = readPragma(database, 'data_version');
    this.#catalog = new Catalog(this.#store);
    this.#poll();
  }

  async topics(): Promise<readonly TopicSpec[]> {
    this.#refresh();
    return [...this.#catalog.topics.values()].map(({ spec }) => spec);
  }

  async watermarks(topic: string): Promise<readonly Watermarks[]> {
    this.#refresh();
    return this.#catalog.watermarks(topic);
  }

  async committed(group: string, partitions: readonly TopicPartition[]): Promise<readonly (CommittedOffset | null)[]> {
    this.#refresh();
    return partitions.map(({ topic, partition }) =>
      this.#catalog.committed(group, this.#catalog.partition(topic, partition).id),
    );
  }

  async reader(partition: TopicPartition, fromOffset: number): Promise<Reader> {
    this.#refresh();
    return new LocalReader(this, partition, fromOffset);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.#cancel?.();
    for (const wake of this.waiting) wake();
    this.#database.close();
  }

  partitionId(topic: string, partition: number): number {
    return this.#catalog.partition(topic, partition).id;
  }

  fetch(id: number, offset: number, maxRecords: number, maxBytes: number): Fetched {
    const { topic, index } = this.#catalog.byId(id);
    const records: LogRecord[] = [];
    // One snapshot for the bounds and the records, so that nothing is retired in between unseen.
    return this.#snapshot(() => {
      const { low, next } = this.#store.bounds(id);
      checkRange({ topic, index, low, next }, offset);
      if (offset === next) return { records, nextOffset: next, endOffset: next, bytes: 0 };
      const read = this.#store.read(id, offset, { records: maxRecords, bytes: maxBytes }, records);
      return { records, nextOffset: read?.nextOffset ?? next, endOffset: next, bytes: read?.bytes ?? 0 };
    });
  }

  async turn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #poll(): void {
    this.#cancel = this.clock.schedule(this.#pollMs, () => {
      if (this.closed) return;
      const version = this.waiting.size === 0 ? this.#polledVersion : readPragma(this.#database, 'data_version');
      if (version !== this.#polledVersion) {
        this.#polledVersion = version;
        for (const wake of this.waiting) wake();
      }
      this.#poll();
    });
  }

  #refresh(): void {
    if (this.closed) throw new EventLogError('closed', 'the event log is closed');
    const version = readPragma(this.#database, 'data_version');
    if (version === this.#version) return;
    this.#catalog = this.#snapshot(() => new Catalog(this.#store));
    this.#version = version;
  }

  #snapshot<T>(read: () => T): T {
    this.#database.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#database.exec('COMMIT');
    }
  }
}
