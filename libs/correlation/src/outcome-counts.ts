import {
  DEAD_LETTER_REASONS,
  type DeadLetterReason,
  FILTER_REASONS,
  type FilterReason,
  ORPHAN_REASONS,
  type OrphanReason,
} from '@logweave/model';

/** What became of the events of one side. Counters only rise; `read` is the sum of the others and of what is held. */
export interface SideCounts {
  read: number;
  matched: number;
  readonly orphans: Record<OrphanReason, number>;
  readonly suppressed: Record<OrphanReason, number>;
  readonly filtered: Record<FilterReason, number>;
  readonly deadLetters: Record<DeadLetterReason, number>;
  /** Events whose time was too far ahead and was replaced; not an outcome. */
  futureTimestamps: number;
  /** Events below the watermark when they came; not an outcome. */
  late: number;
}

export type OutcomeCounts = readonly [SideCounts, SideCounts];

export function newSideCounts(): SideCounts {
  return {
    read: 0,
    matched: 0,
    orphans: zeros(ORPHAN_REASONS),
    suppressed: zeros(ORPHAN_REASONS),
    filtered: zeros(FILTER_REASONS),
    deadLetters: zeros(DEAD_LETTER_REASONS),
    futureTimestamps: 0,
    late: 0,
  };
}

function zeros<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}
