import type { Offender, OffenderKind } from './offender.ts';

/** What became of the events of one side. `read` is the sum of all the others: that is the equation. */
export interface SideTally {
  read: number;
  matched: number;
  orphan: number;
  suppressed: number;
  filtered: number;
  deadLetter: number;
  /** Held by the correlator, or not yet committed by it. */
  pending: number;
  /** So old that retention may have removed its result. */
  expired: number;
  /** No outcome at all. */
  lost: number;
}

/** Events whose outcome is there and could not be derived anew, by why not. */
export interface Unproven {
  /** They, or one of their key, came so late that the order of arrival may have counted. */
  late: number;
  /** What they belong to may stand before the range. */
  beforeRange: number;
  /** As the rules say when a stop in between was the end of the input. */
  stop: number;
  /** Too many rivals of one key for a derivation by brute force, or bounds of memory may have sent them away. */
  bounds: number;
}

export interface AuditReport {
  readonly partitions: number;
  readonly sides: { readonly A: SideTally; readonly B: SideTally };
  /** Records behind what the correlator has committed; they are not in `read`. */
  readonly unread: { readonly A: number; readonly B: number };
  readonly results: number;
  /** Events whose outcome is the one that the rules, applied by brute force, give them. */
  readonly proven: number;
  readonly unproven: Unproven;
  readonly offenderCounts: Readonly<Record<OffenderKind, number>>;
  /** The first of them. */
  readonly offenders: readonly Offender[];
  /** Records compared with the warehouse, by table, and those that its writer has still to insert; null: not asked for. */
  readonly rows: { readonly compared: Readonly<Record<string, number>>; readonly pending: number } | null;
}

/** Whether every event has exactly one outcome, the right one as far as that can be known, and every result its row. */
export function balanced({ offenderCounts }: Pick<AuditReport, 'offenderCounts'>): boolean {
  return Object.values(offenderCounts).every((count) => count === 0);
}

export function newTally(): SideTally {
  return {
    read: 0,
    matched: 0,
    orphan: 0,
    suppressed: 0,
    filtered: 0,
    deadLetter: 0,
    pending: 0,
    expired: 0,
    lost: 0,
  };
}

export function newUnproven(): Unproven {
  return { late: 0, beforeRange: 0, stop: 0, bounds: 0 };
}
