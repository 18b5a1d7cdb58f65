import type { Claims } from './claims.ts';
import type { AuditedEvent } from './key-groups.ts';
import { joinByOracle } from './oracle/join-oracle.ts';
import type { OracleEvent, OracleOutcome, OracleRules } from './oracle/oracle-event.ts';
import type { QuietGaps } from './quiet-gaps.ts';

/**
 * Rivals beyond which brute force takes too long: it looks at every pair at every moment of one_to_one, and at every
 * connection for every request of one_to_many.
 */
const MOST_RIVALS = 48;
const MOST_LOOKS = 1_000_000;

/** Whether the brute-force derivation of this many events of a key ends in time. */
export function canDerive(events: readonly AuditedEvent[], { mode }: OracleRules): boolean {
  if (mode === 'one_to_one') return events.length <= MOST_RIVALS;
  let requests = 0;
  for (const { side } of events) if (side === 'A') requests++;
  return requests * (events.length - requests + 1) <= MOST_LOOKS;
}

/** The offset of the B that each A is to have (-1: none), and the Bs that are to be alone. */
export interface Expected {
  readonly partners: ReadonlyMap<number, number>;
  readonly lonely: ReadonlySet<number>;
}

export function expectedOutcomes(events: readonly AuditedEvent[], rules: OracleRules): Expected {
  return toExpected(joinByOracle(events, rules));
}

function toExpected(outcomes: readonly OracleOutcome[]): Expected {
  const partners = new Map<number, number>();
  const lonely = new Set<number>();
  for (const { a, b } of outcomes) {
    if (a !== null) partners.set(a.offset, b?.offset ?? -1);
    else if (b !== null) lonely.add(b.offset);
  }
  return { partners, lonely };
}

/** Whether the topics say of the event what is expected, or nothing at all. */
export function agrees({ side, offset }: OracleEvent, { partners, lonely }: Expected, claims: Claims): boolean {
  const index = side === 'A' ? 0 : 1;
  if (!claims.has(index, offset) || claims.deadLettered(index, offset)) return true;
  if (side === 'A') return claims.partner(offset) === (partners.get(offset) ?? -1);
  return lonely.has(offset) ? claims.orphaned(1, offset) : claims.matched(1, offset);
}

/**
 * Whether the outcomes are those of the rules when the input ended in a pause between these events, as it does at a
 * graceful stop; the outcomes that this gives, else null.
 */
export function expectedWithStop(
  events: readonly AuditedEvent[],
  rules: OracleRules,
  gaps: QuietGaps,
  fits: (expected: Expected) => boolean,
): Expected | null {
  const byArrival = [...events].sort((one, other) => one.arrivalMs - other.arrivalMs);
  const cuts: number[] = [];
  for (let i = 1; i < byArrival.length; i++) {
    const [before, after] = [byArrival[i - 1], byArrival[i]] as [AuditedEvent, AuditedEvent];
    if (gaps.between(before.arrivalMs, after.arrivalMs)) cuts.push(i);
  }
  for (const chosen of [...cuts.map((cut) => [cut]), cuts]) {
    const outcomes: OracleOutcome[] = [];
    let from = 0;
    for (const to of [...chosen, byArrival.length]) {
      outcomes.push(...joinByOracle(byArrival.slice(from, to), rules));
      from = to;
    }
    const expected = toExpected(outcomes);
    if (fits(expected)) return expected;
  }
  return null;
}
