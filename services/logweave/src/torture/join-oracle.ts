import type { Side } from '@logweave/model';
import { joinOneToMany } from './one-to-many-oracle.ts';
import { joinOneToOne } from './one-to-one-oracle.ts';

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

/**
 * The join of all events of one key, none of which is late, by a reading of the rules that is as plain as they allow:
 * moment after moment over everything, with no thought for time or memory. What the correlator does is compared with it.
 */
export function joinByOracle(events: readonly OracleEvent[], rules: OracleRules): readonly OracleOutcome[] {
  return rules.mode === 'one_to_one' ? joinOneToOne(events, rules) : joinOneToMany(events, rules);
}

/** By time, of equal times by offset. */
export function byTime(one: OracleEvent, other: OracleEvent): number {
  return one.atNs - other.atNs || one.offset - other.offset;
}
