import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import {
  type CommittedOffset,
  type Consumer,
  type ConsumerOptions,
  checkSameTopic,
  type EventLog,
  EventLogError,
  type Producer,
  type Reader,
  type TopicPartition,
  type TopicSpec,
  type TransactionalProducer,
  type Watermarks,
} from '@logweave/event-log';
import { GroupCoordinator, LocalReader } from '@logweave/event-log/local';
import type { Clock } from '@logweave/model';
import type { EmbeddedLogAlarm } from './alarms.ts';
import { asEventLogError, openReadOnly } from './database.ts';
import { EmbeddedConsumer } from './embedded-consumer.ts';
import { LogCore } from './log-core.ts';
import { Maintenance, type MaintenanceOptions, type MaintenanceReport } from './maintenance.ts';
import { EmbeddedProducer, EmbeddedTransactionalProducer } from './producers.ts';
import { takeWriterLock, type WriterLock } from './writer-lock.ts';
import type { OpenWriter, Writer } from './write-operation.ts';
import { WriterThread } from './writer-thread.ts';

const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;
const DEFAULT_MAINTAIN_EVERY_MS = 10_000;
const DEFAULT_TOMBSTONE_MS = 10 * 60_000;

export interface EmbeddedLogOptions {
  /** The database file; `-wal`, `-shm`, `.lock` and `.pid` stand beside it. Its directory is made when missing. */
  readonly path: string;
  readonly clock: Clock;
  /** Bytes of just-committed batches kept in memory for consumers in this process. Default 64 MiB. */
  readonly cacheBytes?: number;
  /** How often retention and compaction run by themselves; null: only when `maintain` is called. Default 10 s. */
  readonly maintainEveryMs?: number | null;
  /** How long a compacted topic keeps a tombstone, by the record's timestamp. Default 10 minutes. */
  readonly tombstoneMs?: number;
  /** Bytes that the file may have: when it is full, appends wait as on a full disk. Default null, no bound. */
  readonly maxBytes?: number | null;
  /** Told of what an operator should know; called on change only. */
  readonly onAlarm?: (alarm: EmbeddedLogAlarm) => void;
}

/** The event log of one process, in one SQLite file. */
export interface EmbeddedEventLog extends EventLog {
  /**
   * Retention, compaction and giving free pages back, in small steps between which others run. Concurrent calls share
   * one run. `force` compacts whatever little there is to gain.
   */
  maintain(options?: MaintenanceOptions): Promise<MaintenanceReport>;
  /** Deletes a group's committed offsets, so that it holds back retention no longer. @throws EventLogError `closed`. */
  forgetGroup(group: string): Promise<void>;
}

/**
 * Opens the log for writing, or creates it. A thread of its own waits for the disk.
 * @throws EventLogError `locked` naming the pid of the process that writes, `corrupt`, `unavailable`.
 */
export function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EmbeddedEventLog> {
  return openWith((writerOptions) => WriterThread.open(writerOptions), options);
}

/** The same with another writer. For tests, which look at what goes in and out. */
export async function openWith(openWriter: OpenWriter, options: EmbeddedLogOptions): Promise<EmbeddedEventLog> {
  makeDirectory(dirname(options.path));
  const lock = takeWriterLock(options.path);
  const alarm = options.onAlarm ?? (() => {});
  let writer: Writer | undefined;
  let database: DatabaseSync | undefined;
  try {
    writer = await openWriter({
      path: options.path,
      maxBytes: options.maxBytes ?? null,
      checkpointFailed: (error) => alarm({ kind: 'maintenance_failed', error }),
    });
    database = openReadOnly(options.path);
    return new SqliteEventLog(options, { alarm, lock, writer, database });
  } catch (error) {
    database?.close();
    await writer?.close();
    lock.release();
    throw error;
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw asEventLogError(error, 'cannot make the directory of the event log');
  }
}

/** What an open log has been given; it closes all of it in the reverse order. */
interface Held {
  readonly lock: WriterLock;
  readonly writer: Writer;
  /** To read from. */
  readonly database: DatabaseSync;
  readonly alarm: (alarm: EmbeddedLogAlarm) => void;
}

class SqliteEventLog implements EmbeddedEventLog {
  readonly #core: LogCore;
  readonly #held: Held;
  readonly #groups = new GroupCoordinator();
  readonly #maintenance: Maintenance;
  #closing: Promise<void> | null = null;

  constructor(options: EmbeddedLogOptions, held: Held) {
    const { writer, database, alarm } = held;
    this.#held = held;
    this.#core = new LogCore({
      database,
      writer,
      clock: options.clock,
      cacheBytes: options.cacheBytes ?? DEFAULT_CACHE_BYTES,
      stalled: (error) => alarm(error === null ? { kind: 'write_resumed' } : { kind: 'write_stalled', error }),
    });
    this.#maintenance = new Maintenance({
      core: this.#core,
      database,
      alarm,
      everyMs: options.maintainEveryMs === undefined ? DEFAULT_MAINTAIN_EVERY_MS : options.maintainEveryMs,
      tombstoneMs: options.tombstoneMs ?? DEFAULT_TOMBSTONE_MS,
    });
  }

  async ensureTopic(spec: TopicSpec): Promise<void> {
    this.#checkOpen();
    if (!Number.isInteger(spec.partitions) || spec.partitions < 1) {
      throw new RangeError(`topic ${spec.name} cannot have ${spec.partitions} partitions`);
    }
    const wanted = { ...spec };
    await new Promise<void>((resolve, reject) => {
      this.#core.queue.push({
        bytes: 0,
        admit: (transaction) => {
          try {
            const existing = transaction.topic(spec.name);
            if (existing !== undefined) checkSameTopic(existing.spec, wanted);
            else if (!transaction.hasRoomFor(wanted.partitions)) {
              throw new RangeError(`the embedded log has no room for the partitions of topic ${wanted.name}`);
            }
            return true;
          } catch (error) {
            reject(error);
            return false;
          }
        },
        write: (transaction) => {
          if (transaction.topic(wanted.name) === undefined) transaction.createTopic(wanted);
          else transaction.updateTopic(wanted);
        },
        done: resolve,
        failed: (error) => {
          reject(error);
          return 'settled';
        },
      });
    });
  }

  async topics(): Promise<readonly TopicSpec[]> {
    this.#checkOpen();
    return [...this.#core.catalog.topics.values()].map(({ spec }) => spec);
  }

  async watermarks(topic: string): Promise<readonly Watermarks[]> {
    this.#checkOpen();
    return this.#core.catalog.watermarks(topic);
  }

  async committed(group: string, partitions: readonly TopicPartition[]): Promise<readonly (CommittedOffset | null)[]> {
    this.#checkOpen();
    const { catalog } = this.#core;
    return partitions.map(({ topic, partition }) => catalog.committed(group, catalog.partition(topic, partition).id));
  }

  async reader(partition: TopicPartition, fromOffset: number): Promise<Reader> {
    this.#checkOpen();
    return new LocalReader(this.#core, partition, fromOffset);
  }

  async producer(): Promise<Producer> {
    this.#checkOpen();
    return new EmbeddedProducer(this.#core);
  }

  async transactionalProducer(transactionalId: string): Promise<TransactionalProducer> {
    this.#checkOpen();
    return EmbeddedTransactionalProducer.open(this.#core, transactionalId);
  }

  async consumer(options: ConsumerOptions): Promise<Consumer> {
    this.#checkOpen();
    return EmbeddedConsumer.join(this.#core, this.#groups, options);
  }

  async maintain(options: MaintenanceOptions = {}): Promise<MaintenanceReport> {
    this.#checkOpen();
    return this.#maintenance.run(options);
  }

  async forgetGroup(group: string): Promise<void> {
    this.#checkOpen();
    await this.#core.write((transaction) => transaction.forgetGroup(group));
  }

  /** Ends waiting polls and reads with `closed`, writes what was asked for, lets go of the lock. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.#maintenance.stop();
    this.#core.closed = true;
    this.#core.wakeAll();
    await this.#core.queue.close();
    await this.#maintenance.stopped();
    this.#held.database.close();
    await this.#held.writer.close();
    this.#held.lock.release();
  }

  #checkOpen(): void {
    if (this.#closing !== null) throw new EventLogError('closed', 'the event log is closed');
  }
}
