import type { SideCounts } from '@logweave/correlation';
import type { DeadLetterTally } from './dead-letter-tally.ts';
import type { Joined } from './join-files.ts';
import type { LineReader } from './line-reader.ts';

/** One side of `--stats`; reasons that did not occur are left out. */
interface SideSummary {
  readonly lines: number;
  readonly events: number;
  readonly matched: number;
  readonly orphans: Readonly<Record<string, number>>;
  readonly suppressed: Readonly<Record<string, number>>;
  readonly filtered: Readonly<Record<string, number>>;
  readonly dead_letters: Readonly<Record<string, { readonly count: number; readonly first_lines: readonly number[] }>>;
  readonly late: number;
}

/** What `--stats` prints. */
export interface CorrelateSummary {
  readonly http: SideSummary;
  readonly network: SideSummary;
  readonly records: number;
  readonly elapsed_ms: number;
  readonly events_per_second: number;
}

export function summarise(
  { correlation, deadLetters }: Joined,
  readers: readonly [LineReader, LineReader],
  records: number,
  elapsedMs: number,
): CorrelateSummary {
  const http = sideSummary(correlation.counts[0], deadLetters[0], readers[0].line);
  const network = sideSummary(correlation.counts[1], deadLetters[1], readers[1].line);
  return {
    http,
    network,
    records,
    elapsed_ms: Math.round(elapsedMs),
    events_per_second: Math.round(((http.events + network.events) / Math.max(1, elapsedMs)) * 1000),
  };
}

function sideSummary(counts: SideCounts, deadLetters: DeadLetterTally, lines: number): SideSummary {
  return {
    lines,
    events: counts.read - deadLetters.total,
    matched: counts.matched,
    orphans: occurred(counts.orphans),
    suppressed: occurred(counts.suppressed),
    filtered: occurred(counts.filtered),
    dead_letters: Object.fromEntries(
      [...deadLetters.byReason].map(([reason, { count, lines }]) => [reason, { count, first_lines: lines }]),
    ),
    late: counts.late,
  };
}

function occurred(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** What is said without `--stats` when lines were left out; null when none was. */
export function deadLetterSentence(side: string, tally: DeadLetterTally): string | null {
  if (tally.total === 0) return null;
  const reasons = [...tally.byReason].map(
    ([reason, { count, lines }]) => `${reason} ${count} (line ${lines.join(', ')}${count > lines.length ? ', …' : ''})`,
  );
  return `${side}: ${tally.total} ${tally.total === 1 ? 'line is no event' : 'lines are no events'}: ${reasons.join('; ')}`;
}
