import type { TopicPartition } from '@logweave/event-log';
import { auditPartition } from './audit-partition.ts';
import type { AuditPlan } from './audit-plan.ts';
import { type AuditReport, newTally, newUnproven, type SideTally, type Unproven } from './audit-report.ts';
import type { OffsetRange } from './claims.ts';
import { compareRows, type RowCounts } from './compare-rows.ts';
import { Offenders } from './offender.ts';
import { type AuditedLog, firstSince, watermarksOf } from './read-range.ts';

/** A topic whose every record is a row. */
export interface CopiedTopic {
  readonly topic: string;
  readonly rows: RowCounts;
}

export interface AuditHooks {
  /** The warehouse to compare with; null: none. */
  readonly rows: RowCounts | null;
  /** Other topics of which the warehouse has each record. */
  readonly copied?: readonly CopiedTopic[];
  /** Called often, with the records read so far and how many there are in all, about. */
  readonly progress: (done: number, all: number) => void;
}

/**
 * Proves over the topics that each input event has exactly one outcome, and the one that the rules give it. Reads only,
 * beside whoever writes: what is not committed when it begins is pending. Memory: a few bytes an event of one partition,
 * and what lies within the reach of the rules.
 * @throws EventLogError; Error when offsets carry metadata that no correlator wrote
 */
export async function auditLog(
  log: AuditedLog,
  plan: AuditPlan,
  { rows, copied = [], progress }: AuditHooks,
): Promise<AuditReport> {
  const offenders = new Offenders();
  const sides = { A: newTally(), B: newTally() };
  const unread = { A: 0, B: 0 };
  const unproven = newUnproven();
  let results = 0;
  let proven = 0;
  const compared: Record<string, number> = {};
  let rowsPending = 0;
  const partitions = (await log.watermarks(plan.topics.http)).length;
  const all = await recordCount(log, plan, partitions);
  const comparison = { offenders, deadLetterTopic: plan.topics.deadLetter };
  const compare = async (place: TopicPartition, range: OffsetRange, counts: RowCounts): Promise<void> => {
    const { compared: part, pending } = await compareRows(log, place, range, counts, comparison);
    rowsPending += pending;
    for (const [table, count] of Object.entries(part)) compared[table] = (compared[table] ?? 0) + count;
  };
  let done = 0;
  const advance = (records: number): void => progress((done += records), all);
  for (let index = 0; index < partitions; index++) {
    const audit = await auditPartition(log, plan, index, offenders, advance);
    addTally(sides.A, audit.tallies[0]);
    addTally(sides.B, audit.tallies[1]);
    unread.A += audit.unread[0];
    unread.B += audit.unread[1];
    addTally(unproven, audit.unproven);
    results += audit.results;
    proven += audit.proven;
    if (rows !== null) await compare({ topic: plan.topics.correlated, partition: index }, audit.resultRange, rows);
  }
  for (const { topic, rows: copies } of copied) {
    for (const partition of (await log.watermarks(topic)).keys()) {
      const place = { topic, partition };
      await compare(place, await rangeOf(log, place, plan.start.sinceMs), copies);
    }
  }
  return {
    partitions,
    sides,
    unread,
    results,
    proven,
    unproven,
    offenderCounts: offenders.counts,
    offenders: offenders.kept,
    rows: rows === null && copied.length === 0 ? null : { compared, pending: rowsPending },
  };
}

async function rangeOf(log: AuditedLog, place: TopicPartition, sinceMs: number | null): Promise<OffsetRange> {
  const { low, stable } = await watermarksOf(log, place);
  return { from: sinceMs === null ? low : await firstSince(log, place, sinceMs), next: stable };
}

function addTally<T extends SideTally | Unproven>(sum: T, part: T): void {
  for (const name of Object.keys(part) as (keyof T)[]) (sum[name] as number) += part[name] as number;
}

async function recordCount(log: AuditedLog, { topics }: AuditPlan, partitions: number): Promise<number> {
  let records = 0;
  for (const topic of [topics.http, topics.network, topics.correlated]) {
    for (let partition = 0; partition < partitions; partition++) {
      const { low, stable } = await watermarksOf(log, { topic, partition });
      records += stable - low;
    }
  }
  return records;
}
