import type { EventLogError, TopicSpec } from '@logweave/event-log';

/** One change of the file. It is decided already, and whoever writes only carries it out. */
export type WriteOperation =
  | { readonly kind: 'create_topic'; readonly spec: TopicSpec; readonly firstPartition: number }
  | { readonly kind: 'update_topic'; readonly spec: TopicSpec }
  | {
      readonly kind: 'put_batch';
      readonly id: number;
      readonly span: number;
      readonly records: number;
      readonly maxTimestampMs: number;
      readonly data: Uint8Array;
    }
  /** Batches whose ids lie in `[fromId, toId)`. */
  | { readonly kind: 'remove_batches'; readonly fromId: number; readonly toId: number }
  | {
      readonly kind: 'set_partition';
      readonly id: number;
      readonly low: number;
      readonly next: number;
      readonly bytes: number;
      readonly cleaned: number;
    }
  | {
      readonly kind: 'commit_offset';
      readonly group: string;
      readonly partition: number;
      readonly offset: number;
      readonly metadata: string;
    }
  | { readonly kind: 'forget_group'; readonly group: string }
  | { readonly kind: 'set_epoch'; readonly transactionalId: string; readonly epoch: number }
  /** Makes the file shorter by up to so many of its free pages. */
  | { readonly kind: 'give_back_pages'; readonly pages: number };

export type WriteOutcome =
  /** Durable, and visible to whoever reads the file. */
  | { readonly kind: 'committed' }
  /** Nothing is visible; `mayBeApplied` when it may be found applied after a crash nevertheless. */
  | { readonly kind: 'failed'; readonly error: EventLogError; readonly mayBeApplied: boolean }
  /** Whoever wrote is gone, and nothing can be written any more. `mayBeApplied` as above. */
  | { readonly kind: 'lost'; readonly error: EventLogError; readonly mayBeApplied: boolean };

/** Who writes the file. */
export interface Writer {
  /** Carries out all of it as one durable transaction, or nothing. One call at a time; never rejects. */
  write(operations: readonly WriteOperation[]): Promise<WriteOutcome>;
  /** Resolves when the file is closed. */
  close(): Promise<void>;
}

export interface WriterOptions {
  readonly path: string;
  /** Bytes that the file may have, null for no bound. */
  readonly maxBytes: number | null;
  /** The file cannot take over what is safe in the write-ahead log; tried again after the next transaction. */
  readonly checkpointFailed: (error: EventLogError) => void;
}

/** Opens the file, or creates it. @throws EventLogError `corrupt`, `unavailable`. */
export type OpenWriter = (options: WriterOptions) => Promise<Writer>;
