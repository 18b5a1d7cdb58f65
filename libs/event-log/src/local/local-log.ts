import type { Clock } from '@logweave/model';
import type { CommittedOffset, LogRecord } from '../port.ts';

/** What one read of a partition gave. */
export interface Fetched {
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
  readonly endOffset: number;
  /** Bytes of what was read, roughly: for bounding one poll. */
  readonly bytes: number;
}

/** An offset to commit, its partition resolved to the log's own number. */
export interface ResolvedOffset extends CommittedOffset {
  readonly id: number;
}

/**
 * What a log in this process offers to readers that stand beside it. Partitions go by a number of the log's own (`id`).
 * Reading is synchronous: what is read is in memory or a few pages away.
 */
export interface LocalReads {
  readonly clock: Clock;
  /** Waiting polls and reads; the log calls each when records, or the group, may have changed. */
  readonly waiting: Set<() => void>;
  /** Once set, polls and reads end with `closed`. */
  readonly closed: boolean;
  /** @throws EventLogError `unknown_topic_or_partition`. */
  partitionId(topic: string, partition: number): number;
  /**
   * Reads what is committed from `offset` on; at least one stored batch where there is one, else up to the bounds.
   * @throws EventLogError `offset_out_of_range`.
   */
  fetch(id: number, offset: number, maxRecords: number, maxBytes: number): Fetched;
  /** Lets others run before a poll goes on: a consumer that always has records must not starve the event loop. */
  turn(): Promise<void>;
}

/** The same, and what consumers in a group need beyond. */
export interface LocalLog extends LocalReads {
  /** @throws EventLogError `unknown_topic_or_partition`. */
  partitionCount(topic: string): number;
  lowOffset(id: number): number;
  stableOffset(id: number): number;
  committedOffset(group: string, id: number): CommittedOffset | null;
  /** Commits unless `allowed` says no at the moment of writing; false when it did. */
  commitOffsets(group: string, offsets: readonly ResolvedOffset[], allowed: () => boolean): Promise<boolean>;
}
