/**
 * The port to the event log. Services know this file and nothing of what stands behind it: Kafka, one SQLite
 * file, or memory. Its semantics are Kafka's (partitions, offsets, groups with generations, transactions with
 * epochs, read committed), cut down to what every adapter can keep; `@logweave/event-log/contract` says them
 * as tests.
 */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** One header of a record. Names are ASCII and may repeat; a value is bytes. */
export interface RecordHeader {
  readonly name: string;
  readonly value: Uint8Array;
}

/** A record as a producer hands it over. A null value is a tombstone in a compacted topic. */
export interface ProducerRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
  /** Milliseconds since the epoch: for source logs the time of arrival. */
  readonly timestampMs: number;
}

/** A record as the log holds it. The bytes belong to the log: read them, never write into them. */
export interface LogRecord extends ProducerRecord {
  readonly offset: number;
}

/** Records for one partition; they get consecutive offsets in their order. */
export interface AppendBatch extends TopicPartition {
  readonly records: readonly ProducerRecord[];
}

/** What was read of one partition in one go, in the order of offsets. */
export interface RecordBatch extends TopicPartition {
  readonly records: readonly LogRecord[];
  /** The position that was asked for. Offsets may have gaps (compaction, aborted records, markers). */
  readonly fetchedOffset: number;
  /** The position to go on from: past the last record and past anything that is not a record. */
  readonly nextOffset: number;
  /** The partition's stable end when this was read: the first offset that no committed record has. */
  readonly endOffset: number;
}

export interface Watermarks {
  /** The first offset that can still be read. */
  readonly low: number;
  /** The offset that the next record would get. */
  readonly high: number;
  /** The last stable offset: behind it everything is committed or aborted. At most `high`. */
  readonly stable: number;
}

/** A position that a group commits. Metadata is free text of at most 4,096 UTF-16 units. */
export interface OffsetCommit extends TopicPartition {
  readonly offset: number;
  readonly metadata: string;
}

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  /** Records older than this may go; null keeps them. */
  readonly retentionMs: number | null;
  /** Bytes of the whole topic; each partition may hold an equal share. Null: no bound. */
  readonly retentionBytes: number | null;
  /** Longest value plus headers plus key of one record; longer ones are refused with `record_too_large`. */
  readonly maxRecordBytes: number;
}

/** How a transaction ended. After anything but `committed` the producer is done: close it and open the next. */
export type CommitOutcome =
  /** Everything is visible. `baseOffsets[i]` is the offset of the first record of batch i. */
  | { readonly kind: 'committed'; readonly baseOffsets: readonly number[] }
  /** Nothing is visible and nothing ever will be. */
  | { readonly kind: 'aborted'; readonly error: EventLogError }
  /** A later producer holds this transactional id. Nothing of this transaction is visible. */
  | { readonly kind: 'fenced' }
  /**
   * The answer was lost: it may or may not have been applied. Open the transactional id anew (which resolves it),
   * then read the committed offsets to learn which. Never re-emit before that.
   */
  | { readonly kind: 'unknown'; readonly error: EventLogError };

export interface Transaction {
  readonly batches: readonly AppendBatch[];
  /** Offsets (of any group) that become committed together with the records. */
  readonly group: string;
  readonly offsets: readonly OffsetCommit[];
}

/** A producer whose appends survive retries exactly once while it lives. */
export interface Producer {
  /**
   * Appends each batch; resolves with the base offset of each once the log has acknowledged all of them durably.
   * Retries what can be retried by itself for as long as the producer is open, so waiting is the backpressure.
   * Each batch is atomic, all of them together need not be. Calls are applied in the order they were made.
   * @throws EventLogError `record_too_large`, `unknown_topic_or_partition` (nothing appended), `closed`; `refused` when
   * all of its batches are settled, some of them maybe appended: then this producer takes nothing more.
   */
  append(batches: readonly AppendBatch[]): Promise<readonly number[]>;
  /** Waits for appends under way; later ones are refused with `closed`. */
  close(): Promise<void>;
}

/** The lease on a transactional id: whoever opened it last holds it. One transaction at a time. */
export interface TransactionalProducer {
  readonly transactionalId: string;
  commit(transaction: Transaction): Promise<CommitOutcome>;
  close(): Promise<void>;
}

export type PollResult =
  /**
   * The set of partitions has changed (also after joining). Partitions in `gained` begin at the group's committed
   * offset, or at the low watermark where there is none; `seek` before the next poll changes that. They are paused
   * when the consumer was made with `startPaused`. Records of `lost` partitions are never delivered after this.
   * A partition in both was somebody else's meanwhile: end it, then begin it anew.
   */
  | {
      readonly kind: 'assignment';
      readonly generation: number;
      readonly assigned: readonly TopicPartition[];
      readonly gained: readonly TopicPartition[];
      readonly lost: readonly TopicPartition[];
    }
  /** At least one batch; a batch may be empty when only the position moved. */
  | { readonly kind: 'records'; readonly batches: readonly RecordBatch[] }
  /** Nothing came within the time. */
  | { readonly kind: 'idle' };

export interface PollOptions {
  readonly timeoutMs: number;
  /** Soft bound on records per partition: a batch may be longer by what was stored together. Default 5,000. */
  readonly maxRecords?: number;
}

/**
 * A member of a consumer group. Partitions of equal number over all its topics go to the same member
 * (co-partitioning); they stay where they are when members come and go, as far as balance allows (sticky).
 */
export interface Consumer {
  readonly group: string;
  /**
   * Waits for records, an assignment or the time. Never called twice at once.
   * @throws EventLogError `offset_out_of_range` when the position lies below the low watermark (records are gone) or
   * beyond the end (the log is another one); nothing is skipped silently, and `seek` makes the consumer useful again.
   */
  poll(options: PollOptions): Promise<PollResult>;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  seek(partition: TopicPartition, offset: number): void;
  /** The next offset that poll will deliver. @throws EventLogError `not_assigned`. */
  position(partition: TopicPartition): number;
  /**
   * The stable end as last seen, or undefined when it is not known yet, also because a transaction is open behind it: then
   * lag is unknown, not zero.
   */
  endOffset(partition: TopicPartition): number | undefined;
  /**
   * Commits for the generation of the last `assignment` result; `fenced` when a newer generation exists, or when a partition
   * is not among those that it gave: whoever had it before may not have heard of that yet.
   */
  commit(offsets: readonly OffsetCommit[]): Promise<'committed' | 'fenced'>;
  /** Makes a waiting poll return `idle` now; when none waits, the next one that would. */
  wakeUp(): void;
  /** Leaves the group. */
  close(): Promise<void>;
}

export interface ConsumerOptions {
  readonly group: string;
  /** All with the same number of partitions, else `not_copartitioned`. */
  readonly topics: readonly string[];
  /** Gained partitions wait for `resume`. Default false. */
  readonly startPaused?: boolean;
}

/** Reads one partition without a group, read committed. */
export interface Reader {
  /** The next records, or an empty batch after `timeoutMs` without any. @throws `offset_out_of_range`. */
  read(options: PollOptions): Promise<RecordBatch>;
  close(): Promise<void>;
}

/** What the transactions of an id are about, in a log that may lose their ends. */
export interface TransactionScope {
  readonly group: string;
  /** Of the group, committed by nobody else. */
  readonly offsets: readonly TopicPartition[];
  /** Written by transactions of the id; others may write there as well. */
  readonly partitions: readonly TopicPartition[];
}

/** The part of the log that commands use which only look. */
export interface ReadableEventLog {
  topics(): Promise<readonly TopicSpec[]>;
  /** Per partition. @throws EventLogError `unknown_topic_or_partition`. */
  watermarks(topic: string): Promise<readonly Watermarks[]>;
  /** What a group has committed; null where it has not. Call after fencing: a pending transaction may hide behind it. */
  committed(group: string, partitions: readonly TopicPartition[]): Promise<readonly (CommittedOffset | null)[]>;
  reader(partition: TopicPartition, fromOffset: number): Promise<Reader>;
  close(): Promise<void>;
}

export interface EventLog extends ReadableEventLog {
  /** Creates the topic or finds it equal. @throws EventLogError `topic_mismatch` naming what differs (partitions, cleanup). */
  ensureTopic(spec: TopicSpec): Promise<void>;
  producer(): Promise<Producer>;
  /**
   * Fences every earlier holder of the id and ends what it left open, then resolves. With a scope that includes what the
   * log itself has forgotten to end.
   */
  transactionalProducer(transactionalId: string, scope?: TransactionScope): Promise<TransactionalProducer>;
  consumer(options: ConsumerOptions): Promise<Consumer>;
}

export type EventLogErrorCode =
  | 'unavailable'
  /** It does not take us for who we say we are, or does not let us do this. Who runs it has to mend that. */
  | 'refused'
  | 'closed'
  | 'locked'
  | 'corrupt'
  | 'unknown_topic_or_partition'
  | 'topic_mismatch'
  | 'not_copartitioned'
  | 'record_too_large'
  | 'metadata_too_large'
  | 'offset_out_of_range'
  | 'not_assigned';

/** An error of the log. `retriable`: the same call may succeed later, and nothing of this one was applied. */
export class EventLogError extends Error {
  override readonly name = 'EventLogError';
  readonly code: EventLogErrorCode;
  readonly retriable: boolean;

  constructor(code: EventLogErrorCode, message: string, options: { retriable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retriable = options.retriable ?? false;
  }
}

/** Whether waiting may help. */
export function isRetriable(error: unknown): error is EventLogError {
  return error instanceof EventLogError && error.retriable;
}

/** Whether the same call may succeed one day, for those who lose something when they give up and nothing when they wait. */
export function isWorthWaiting(error: unknown): error is EventLogError {
  return isRetriable(error) || isRefusal(error);
}

export function isRefusal(error: unknown): error is EventLogError {
  return error instanceof EventLogError && error.code === 'refused';
}

/** Offset-metadata limit of every adapter (Kafka's `offset.metadata.max.bytes`, checked as UTF-16 units). */
export const MAX_METADATA_UNITS = 4096;
