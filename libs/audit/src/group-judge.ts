import type { SideIndex } from '@logweave/correlation';
import { reachNs } from '@logweave/correlation';
import { unpackKey } from '@logweave/model';
import type { AuditPlan } from './audit-plan.ts';
import type { SideTally, Unproven } from './audit-report.ts';
import type { Claims } from './claims.ts';
import type { CommitSnapshot } from './commit-snapshot.ts';
import { agrees, canDerive, type Expected, expectedOutcomes, expectedWithStop } from './expected-outcomes.ts';
import type { AuditedEvent, GroupKey, KeyGroup } from './key-groups.ts';
import type { OffenderKind } from './offender.ts';
import type { QuietGaps } from './quiet-gaps.ts';

/** What an event may be delayed without being late: the lateness less what an append takes on a busy machine. */
const APPEND_MARGIN_MS = 250;

/** What the judge needs to know of the partition. */
export interface Partition {
  readonly plan: AuditPlan;
  readonly claims: Claims;
  readonly snapshot: CommitSnapshot;
  readonly gaps: QuietGaps;
  readonly tallies: readonly [SideTally, SideTally];
  readonly unproven: Unproven;
  /** Event times count from here. */
  readonly baseMs: number;
  /** Results of events that arrived before are gone; minus infinity: none are. */
  readonly resultsSinceMs: number;
  /** Where the range begins in event time, when it does not begin with the inputs; else minus infinity. */
  readonly rangeFromNs: number;
  readonly offend: (kind: OffenderKind, side: SideIndex, offset: number, key: string | null, why: string) => void;
  /** An A of this key names a B that is not among the events of the key around it. */
  readonly stray: (a: number, b: number, key: GroupKey) => void;
  proven: number;
}

/** The text of a group's key. */
export function groupKeyText(key: GroupKey): string {
  return typeof key === 'number' ? unpackKey(key) : key;
}

/** Judges the events of one key: what became of each, and whether that is what the rules say. */
export function judgeGroup({ key, events }: KeyGroup, partition: Partition): void {
  const { plan, unproven, gaps } = partition;
  const { rules } = plan;
  const obstacle = obstacleOf(events, partition, key);
  if (obstacle === 'bounds') {
    unproven.bounds += settle(events, null, key, partition);
    return;
  }
  const expected = expectedOutcomes(events, rules);
  const fits = (candidate: Expected): boolean => events.every((event) => fitsEvent(event, candidate, key, partition));
  if (fits(expected)) {
    partition.proven += settle(events, expected, key, partition);
    return;
  }
  if (obstacle !== null) {
    unproven[obstacle] += settle(events, null, key, partition);
    return;
  }
  const stopped = plan.onStop === 'emit' ? expectedWithStop(events, rules, gaps, fits) : null;
  if (stopped !== null) {
    unproven.stop += settle(events, stopped, key, partition);
    return;
  }
  for (const event of events) {
    if (agrees(event, expected, partition.claims)) continue;
    const side = event.side === 'A' ? 0 : 1;
    partition.offend('wrong_pair', side, event.offset, groupKeyText(key), wrongPair(event, expected, partition));
  }
  partition.proven += settle(events, expected, key, partition);
}

/** Why what the topics say cannot be held against the derivation, or null. */
function obstacleOf(
  events: readonly AuditedEvent[],
  { plan: { rules }, claims, rangeFromNs, stray }: Partition,
  key: GroupKey,
): keyof Unproven | null {
  if (events.length > rules.maxPerKey || !canDerive(events, rules)) return 'bounds';
  const surelyInTimeMs = rules.latenessNs / 1e6 - APPEND_MARGIN_MS;
  let obstacle: keyof Unproven | null = rules.overflow === 'evict_oldest' ? 'bounds' : null;
  const own = new Map<number, number>();
  let firstNs = Number.POSITIVE_INFINITY;
  for (const { side, offset, atNs } of events) {
    if (side === 'B') own.set(offset, 0);
    firstNs = Math.min(firstNs, atNs);
  }
  for (const event of events) {
    const side = event.side === 'A' ? 0 : 1;
    if (event.delayMs > surelyInTimeMs || claims.irregular(side, event.offset)) obstacle ??= 'late';
    if (event.side !== 'A') continue;
    const b = claims.partner(event.offset);
    if (b < 0) continue;
    const served = own.get(b);
    if (served !== undefined) own.set(b, served + 1);
    else stray(event.offset, b, key);
    if (served === undefined) obstacle ??= b < claims.ranges[1].from ? 'beforeRange' : 'late';
  }
  for (const [b, served] of own) if (claims.served(b) !== served) obstacle ??= 'late';
  if (firstNs < rangeFromNs + reachNs(rules)) obstacle ??= 'beforeRange';
  return obstacle;
}

/** Whether the event's outcome, or that it has none, is what is expected. */
function fitsEvent(event: AuditedEvent, expected: Expected, key: GroupKey, partition: Partition): boolean {
  const { claims } = partition;
  const side = event.side === 'A' ? 0 : 1;
  if (claims.has(side, event.offset)) return agrees(event, expected, claims);
  return silentOutcome(event, expected, key, partition) !== 'lost';
}

type Silent = 'suppressed' | 'pending' | 'expired' | 'deadLetter' | 'lost';

/** What became of an event of which no topic says anything. */
function silentOutcome(
  event: AuditedEvent,
  expected: Expected | null,
  key: GroupKey,
  { plan: { rules }, claims, snapshot, baseMs, resultsSinceMs }: Partition,
): Silent {
  if (snapshot.mayBeHeld(event, groupKeyText(key), baseMs, rules)) return 'pending';
  if (event.arrivalMs < resultsSinceMs) return 'expired';
  const emitted = rules.emitOrphans[event.side];
  if (expected === null) return emitted ? 'lost' : 'suppressed';
  if (event.side === 'A') return !emitted && expected.partners.get(event.offset) === -1 ? 'suppressed' : 'lost';
  if (expected.lonely.has(event.offset)) return emitted ? 'lost' : 'suppressed';
  // Its A's record was too large, or its A waits still, as it may; then so does this.
  for (const [a, b] of expected.partners) {
    if (b !== event.offset) continue;
    if (claims.deadLettered(0, a)) return 'deadLetter';
  }
  return 'lost';
}

/** Counts each event; offends where one has no outcome. Answers how many there were. */
function settle(
  events: readonly AuditedEvent[],
  expected: Expected | null,
  key: GroupKey,
  partition: Partition,
): number {
  const { claims, tallies } = partition;
  for (const event of events) {
    const { offset } = event;
    const side = event.side === 'A' ? 0 : 1;
    const tally = tallies[side];
    if (claims.deadLettered(side, offset)) tally.deadLetter++;
    else if (claims.matched(side, offset)) tally.matched++;
    else if (claims.orphaned(side, offset)) tally.orphan++;
    else {
      const outcome = silentOutcome(event, expected, key, partition);
      tally[outcome]++;
      if (outcome === 'lost')
        partition.offend('lost', side, offset, groupKeyText(key), lost(event, expected, partition));
    }
  }
  return events.length;
}

function lost(event: AuditedEvent, expected: Expected | null, { plan: { topics } }: Partition): string {
  const without = 'stands in no result and in no dead letter';
  if (expected === null) return without;
  if (event.side === 'A') {
    const b = expected.partners.get(event.offset) ?? -1;
    return b < 0 ? `${without}; it is an orphan` : `${without}; it belongs to ${topics.network} offset ${b}`;
  }
  const a = [...expected.partners].find(([, b]) => b === event.offset)?.[0];
  return a === undefined ? `${without}; it is an orphan` : `${without}; ${topics.http} offset ${a} belongs to it`;
}

function wrongPair(event: AuditedEvent, expected: Expected, { plan: { topics }, claims }: Partition): string {
  const of = (b: number): string => (b < 0 ? 'nobody' : `${topics.network} offset ${b}`);
  if (event.side === 'A') {
    return `the result joins it with ${of(claims.partner(event.offset))}; by the rules it belongs to ${of(expected.partners.get(event.offset) ?? -1)}`;
  }
  return expected.lonely.has(event.offset)
    ? 'it has a match; by the rules it is an orphan'
    : 'it is an orphan; by the rules it has a match';
}
