import { auditPartition } from './audit-partition.ts';
import type { AuditPlan } from './audit-plan.ts';
import { type AuditReport, newTally, newUnproven, type SideTally, type Unproven } from './audit-report.ts';
import { compareRows, type RowCounts } from './compare-rows.ts';
import { Offenders } from './offender.ts';
import { type AuditedLog, watermarksOf } from './read-range.ts';

export interface AuditHooks {
  /** The warehouse to compare with; null: none. */
  readonly rows: RowCounts | null;
  /** Called often, with the records read so far and how many there are in all, about. */
  readonly progress: (done: number, all: number) => void;
}

/**
 * Proves over the topics that each input event has exactly one outcome, and the one that the rules give it. Reads only,
 * beside whoever writes: what is not committed when it begins is pending. Memory: a few bytes an event of one partition,
 * and what lies within the reach of the rules.
 * @throws EventLogError; Error when offsets carry metadata that no correlator wrote
 */
export async function auditLog(log: AuditedLog, plan: AuditPlan, { rows, progress }: AuditHooks): Promise<AuditReport> {
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
    if (rows === null) continue;
    const place = { topic: plan.topics.correlated, partition: index };
    const { compared: part, pending } = await compareRows(log, place, audit.resultRange, rows, comparison);
    rowsPending += pending;
    for (const [table, count] of Object.entries(part)) compared[table] = (compared[table] ?? 0) + count;
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
    rows: rows === null ? null : { compared, pending: rowsPending },
  };
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
