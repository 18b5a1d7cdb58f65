import { type CorrelationRules, reachNs, SourceFilter, type SideIndex } from '@logweave/correlation';
import { murmur2, type LogRecord, type TopicPartition } from '@logweave/event-log';
import { EventReader, LIMITS } from '@logweave/model';
import type { AuditPlan } from './audit-plan.ts';
import { newTally, newUnproven, type SideTally, type Unproven } from './audit-report.ts';
import type { OffsetRange } from './claims.ts';
import { takeSnapshot } from './commit-snapshot.ts';
import { groupKeyText, judgeGroup, type Partition } from './group-judge.ts';
import { type GroupKey, KeyGroups } from './key-groups.ts';
import { mergeInputs } from './merge-inputs.ts';
import type { Offenders } from './offender.ts';
import { QuietGaps } from './quiet-gaps.ts';
import { readClaims } from './read-claims.ts';
import { type AuditedLog, firstSince, readRange, watermarksOf } from './read-range.ts';

export interface PartitionAudit {
  readonly tallies: readonly [SideTally, SideTally];
  readonly unread: readonly [number, number];
  readonly results: number;
  readonly resultRange: OffsetRange;
  readonly proven: number;
  readonly unproven: Unproven;
}

const EMPTY = new Uint8Array(0);

/**
 * Holds one partition to the equation. First what the correlator has committed, then the results (so that they say at
 * least what was committed), then the inputs, whose outcomes are derived anew.
 */
export async function auditPartition(
  log: AuditedLog,
  plan: AuditPlan,
  index: number,
  offenders: Offenders,
  progress: (records: number) => void,
): Promise<PartitionAudit> {
  const { http, network } = plan.topics;
  const inputs = [
    { topic: http, partition: index },
    { topic: network, partition: index },
  ] as const;
  const snapshot = await takeSnapshot(log, plan, inputs);
  const begins = await Promise.all([beginOf(log, plan, inputs[0]), beginOf(log, plan, inputs[1])]);
  const range = (side: SideIndex): OffsetRange => {
    const { from } = begins[side];
    return { from, next: Math.max(from, snapshot?.next[side] ?? from) };
  };
  const ranges = [range(0), range(1)] as const;
  const unread = await Promise.all(
    inputs.map(async (input, side) => {
      const { stable } = await watermarksOf(log, input);
      return Math.max(0, stable - (ranges[side] as OffsetRange).next);
    }),
  );
  const { claims, results, resultRange, resultsSinceMs } = await readClaims(log, ranges, {
    plan,
    inputs,
    progress,
    offend: (kind, place, key, why) => offenders.add({ kind, ...place, key, why }),
  });
  const tallies = [newTally(), newTally()] as const;
  const unproven = newUnproven();
  let proven = 0;
  if (snapshot !== null) {
    const strays: Stray[] = [];
    const first = await firstTimes(log, plan, inputs, ranges);
    const partition: Partition = {
      plan,
      claims,
      snapshot,
      gaps: new QuietGaps(),
      tallies,
      unproven,
      baseMs: first.baseMs,
      resultsSinceMs,
      rangeFromNs: begins.some(({ partial }) => partial) ? first.latestNs : Number.NEGATIVE_INFINITY,
      offend: (kind, side, offset, key, why) => offenders.add({ kind, ...inputs[side], offset, key, why }),
      stray: (a, b, key) => strays.push({ a, b, hash: hashOf(key), key: groupKeyText(key) }),
      proven: 0,
    };
    await judgeInputs(log, inputs, ranges, partition, progress);
    judgeStrays(strays, partition);
    proven = partition.proven;
  }
  return { tallies, unread: [unread[0] as number, unread[1] as number], results, resultRange, proven, unproven };
}

/** An A whose B is somewhere else. */
interface Stray {
  readonly a: number;
  readonly b: number;
  readonly hash: number;
  readonly key: string;
}

async function beginOf(
  log: AuditedLog,
  { start, topics }: AuditPlan,
  place: TopicPartition,
): Promise<{ readonly from: number; readonly partial: boolean }> {
  const { low } = await watermarksOf(log, place);
  const chosen = (place.topic === topics.http ? start.http : start.network).get(place.partition) ?? 0;
  const since = start.sinceMs === null ? 0 : await firstSince(log, place, start.sinceMs);
  const from = Math.max(low, chosen, since);
  return { from, partial: from > 0 };
}

/** The event time of the first event of either range: where times count from, and the later of both. */
async function firstTimes(
  log: AuditedLog,
  { rules }: AuditPlan,
  inputs: readonly [TopicPartition, TopicPartition],
  ranges: readonly [OffsetRange, OffsetRange],
): Promise<{ readonly baseMs: number; readonly latestNs: number }> {
  const times: number[] = [];
  for (const side of [0, 1] as const) {
    const reader = new EventReader(rules.sources[side === 0 ? 'A' : 'B']);
    search: for await (const records of readRange(log, inputs[side], ranges[side].from, ranges[side].next)) {
      for (const { value, timestampMs } of records) {
        const bytes = value ?? EMPTY;
        if (reader.read(bytes, 0, bytes.length, timestampMs) !== null) continue;
        times.push(reader.ms);
        break search;
      }
    }
  }
  const baseMs = times.length === 0 ? 0 : Math.min(...times);
  return { baseMs, latestNs: times.length === 0 ? 0 : (Math.max(...times) - baseMs) * 1e6 };
}

async function judgeInputs(
  log: AuditedLog,
  inputs: readonly [TopicPartition, TopicPartition],
  ranges: readonly [OffsetRange, OffsetRange],
  partition: Partition,
  progress: (records: number) => void,
): Promise<void> {
  const { rules } = partition.plan;
  const groups = new KeyGroups(reachNs(rules) + rules.latenessNs, (group) => judgeGroup(group, partition));
  const sides = [new InputSide(0, rules, partition, groups), new InputSide(1, rules, partition, groups)] as const;
  await mergeInputs(
    [
      readRange(log, inputs[0], ranges[0].from, ranges[0].next),
      readRange(log, inputs[1], ranges[1].from, ranges[1].next),
    ],
    (side, record) => sides[side].take(record),
    (records, ended) => {
      const [a, b] = [
        ended[0] ? Number.POSITIVE_INFINITY : sides[0].shownNs,
        ended[1] ? Number.POSITIVE_INFINITY : sides[1].shownNs,
      ];
      const nowNs = Math.min(a, b);
      if (Number.isFinite(nowNs)) groups.endBefore(nowNs - rules.latenessNs);
      progress(records);
    },
  );
  groups.endAll();
}

/** Reads the events of one side: what is refused or left out is judged at once, the rest with its key. */
class InputSide {
  /** The highest event time, each at most its arrival. */
  shownNs = Number.NEGATIVE_INFINITY;
  readonly #side: SideIndex;
  readonly #reader: EventReader;
  readonly #filter: SourceFilter;
  readonly #partition: Partition;
  readonly #groups: KeyGroups;

  constructor(side: SideIndex, rules: CorrelationRules, partition: Partition, groups: KeyGroups) {
    this.#side = side;
    this.#reader = new EventReader(rules.sources[side === 0 ? 'A' : 'B']);
    this.#filter = new SourceFilter(rules);
    this.#partition = partition;
    this.#groups = groups;
  }

  take({ value, offset, timestampMs, key }: LogRecord): void {
    const { claims, tallies, gaps, baseMs, offend } = this.#partition;
    const side = this.#side;
    const tally = tallies[side];
    tally.read++;
    gaps.observe(timestampMs);
    const reader = this.#reader;
    let bytes = value ?? EMPTY;
    if (bytes.length > LIMITS.sourceLineBytes) bytes = EMPTY;
    const rejection = reader.read(bytes, 0, bytes.length, timestampMs);
    if (rejection !== null) {
      this.#refused(offset, key, rejection.reason);
      return;
    }
    const atNs = (reader.ms - baseMs) * 1e6 + reader.ns;
    const arrivedNs = (timestampMs - baseMs) * 1e6;
    this.shownNs = Math.max(this.shownNs, Math.min(atNs, arrivedNs));
    const groupKey: GroupKey = reader.packedKey >= 0 ? reader.packedKey : reader.key;
    if (side === 1) claims.setKeyHash(offset, hashOf(groupKey));
    const filtered = this.#filter.test(reader, bytes);
    if (filtered !== null) {
      tally.filtered++;
      if (claims.has(side, offset)) {
        offend('unexpected', side, offset, reader.key, `the filters leave it out (${filtered}), and it has a result`);
      }
      return;
    }
    const delayMs = timestampMs - reader.ms;
    this.#groups.add(groupKey, { side: side === 0 ? 'A' : 'B', offset, atNs, arrivalMs: timestampMs, delayMs });
  }

  #refused(offset: number, key: Uint8Array | null, reason: string): void {
    const { claims, tallies, offend } = this.#partition;
    const side = this.#side;
    const text = key === null ? null : Buffer.from(key).toString();
    if (claims.deadLettered(side, offset)) {
      tallies[side].deadLetter++;
    } else if (claims.has(side, offset)) {
      tallies[side][claims.matched(side, offset) ? 'matched' : 'orphan']++;
      offend('unexpected', side, offset, text, `it cannot be read (${reason}), and has a result`);
    } else {
      tallies[side].lost++;
      offend('lost', side, offset, text, `it cannot be read (${reason}), and stands in no dead letter`);
    }
  }
}

/** Pairs of events that are not near each other in time: of one key they may be late, of two they are wrong. */
function judgeStrays(strays: readonly Stray[], { claims, offend, plan }: Partition): void {
  for (const { a, b, hash, key } of strays) {
    const { from, next } = claims.ranges[1];
    if (b < from || b >= next || claims.keyHash(b) === hash) continue;
    offend(
      'wrong_pair',
      0,
      a,
      key,
      `the result joins it with ${plan.topics.network} offset ${b}, which has another key`,
    );
  }
}

function hashOf(key: GroupKey): number {
  if (typeof key === 'number') return ((key % 65536) * 65537 + Math.floor(key / 65536)) >>> 0;
  return murmur2(Buffer.from(key)) >>> 0;
}
