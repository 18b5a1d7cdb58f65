/** Why an event left alone; on the record as `orphan_reason`. In the order in which they are tried. */
export const ORPHAN_REASONS = [
  'evicted',
  'late',
  'source_silent',
  'ttl_expired',
  'partner_taken',
  'outside_window',
  'no_partner',
] as const;
export type OrphanReason = (typeof ORPHAN_REASONS)[number];

/** Why something could not be processed; header `reason` of a dead letter. */
export const DEAD_LETTER_REASONS = [
  /** Longer than the limit; the letter keeps the first 4 KiB, the length and a SHA-256. */
  'line_too_long',
  'record_too_large',
  /** A datagram that did not fit the receive buffer. */
  'datagram_truncated',
  /** A counted syslog message whose length is none, or whose end did not come. */
  'bad_framing',
  'bad_utf8',
  'bad_json',
  'not_an_object',
  'too_deep',
  'too_many_keys',
  'missing_key',
  'bad_key',
  'bad_timestamp',
  /** A raw log that does not say of which type it is. */
  'missing_log_type',
  /** There is no parser for the log type, and the configuration wants such logs here. */
  'no_parser',
  /** The parser gave up on the log, made an event that is none, made nothing, or needed too much. */
  'parse_failed',
  'invalid_event',
  'no_output',
  'parse_limit_exceeded',
  /** The parser itself broke on this log: a fault of the program, not of the log. */
  'parser_crashed',
  /** ClickHouse refuses this row whatever is tried. */
  'rejected_by_warehouse',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** What became of an input event: exactly one of these. */
export const OUTCOMES = ['matched', 'orphan', 'suppressed', 'filtered', 'dead_letter'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why an event was filtered. */
export const FILTER_REASONS = ['excluded_source_ip', 'destination_port'] as const;
export type FilterReason = (typeof FILTER_REASONS)[number];

/** Bad data is a value, not an exception. */
export interface Rejection {
  readonly kind: 'rejection';
  readonly reason: DeadLetterReason;
  /** For people: what was wrong and where. Never the payload. */
  readonly message: string;
}

export function reject(reason: DeadLetterReason, message: string): Rejection {
  return { kind: 'rejection', reason, message };
}
