import type { EventLogError } from '@logweave/event-log';

/** Records that are due to go and stay, because a group has not read them. */
export interface RetentionHold {
  readonly topic: string;
  readonly partition: number;
  /** The group that is furthest behind. `forgetGroup` ends the hold when the group is gone for good. */
  readonly group: string;
  /** Where the group stands. */
  readonly committedOffset: number;
}

/** What an operator should know of. */
export type EmbeddedLogAlarm =
  /** The partition grows beyond its retention until the group goes on. */
  | ({ readonly kind: 'retention_held' } & RetentionHold)
  /** The group has read on, or is forgotten. */
  | ({ readonly kind: 'retention_released' } & Pick<RetentionHold, 'topic' | 'partition'>)
  /** Nothing can be written (full disk, I/O error); appends wait and are tried again. */
  | { readonly kind: 'write_stalled'; readonly error: EventLogError }
  | { readonly kind: 'write_resumed' }
  /** A run of retention or compaction failed; the next one tries again. */
  | { readonly kind: 'maintenance_failed'; readonly error: EventLogError };
