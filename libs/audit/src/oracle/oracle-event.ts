import type { Side } from '@logweave/model';

/** An event as the oracle knows it: key and time, nothing else. */
export interface OracleEvent {
  readonly side: Side;
  /** Event time, nanoseconds after any fixed moment. */
  readonly atNs: number;
  /** Its place in its input; of equal times the lower is the earlier. */
  readonly offset: number;
}

/** Spans in nanoseconds, as in the rules of correlation. */
export interface OracleRules {
  readonly mode: 'one_to_one' | 'one_to_many';
  readonly beforeNs: number;
  readonly afterNs: number;
  readonly skewNs: number;
  readonly networkTtlNs: number;
}

/** What becomes of one event, or of two: a match, or an orphan with the other side missing. */
export interface OracleOutcome {
  readonly a: OracleEvent | null;
  readonly b: OracleEvent | null;
}

/** By time, of equal times by offset. */
export function byTime(one: OracleEvent, other: OracleEvent): number {
  return one.atNs - other.atNs || one.offset - other.offset;
}
