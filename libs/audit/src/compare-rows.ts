import type { LogRecord, TopicPartition } from '@logweave/event-log';
import { HEADERS } from '@logweave/model';
import type { OffsetRange } from './claims.ts';
import { deadLetterSources } from './dead-letter-sources.ts';
import type { Offenders } from './offender.ts';
import { type AuditedLog, readRange } from './read-range.ts';

/** How often a record stands in a table. */
export interface RowCount {
  readonly offset: number;
  readonly rows: number;
}

/** Numbers that agree when the rows of a span are those of its records, each once. */
export interface SpanCount {
  readonly rows: number;
  readonly offsets: number;
  /** Of all offsets. */
  readonly sum: number;
}

/** The rows of a warehouse by the place of their record. */
export interface RowCounts {
  readonly tables: readonly string[];
  /** Up to where the writer has inserted a partition; what lies behind is pending. */
  written(place: TopicPartition): Promise<number>;
  /** The rows of `[from, to)`. */
  count(table: string, place: TopicPartition, from: number, to: number): Promise<SpanCount>;
  /** The rows of `[from, to)`, by offset. */
  list(table: string, place: TopicPartition, from: number, to: number): Promise<readonly RowCount[]>;
}

export interface RowComparison {
  readonly offenders: Offenders;
  /** Where records are kept that the warehouse refused. */
  readonly deadLetterTopic: string;
}

/** Offsets that are asked for at once: their list fits into one answer. */
const SPAN = 100_000;
/** The stage of the letters of what the warehouse did not get. */
const WRITER = Buffer.from('clickhouse-writer');

/**
 * Whether each record of a partition stands exactly once in each table. Only spans whose numbers differ are looked
 * at row by row. Answers how many records were compared with each table, and how many the writer has still to insert.
 */
export async function compareRows(
  log: AuditedLog,
  place: TopicPartition,
  { from, next }: OffsetRange,
  rows: RowCounts,
  { offenders, deadLetterTopic }: RowComparison,
): Promise<{ readonly compared: Readonly<Record<string, number>>; readonly pending: number }> {
  const end = Math.min(next, await rows.written(place));
  const compared: Record<string, number> = Object.fromEntries(rows.tables.map((table) => [table, 0]));
  let refused: ReadonlySet<number> | null = null;
  for (let begin = from; begin < end; begin += SPAN) {
    const to = Math.min(end, begin + SPAN);
    const records = new Map<number, string | null>();
    for await (const batch of readRange(log, place, begin, to)) {
      for (const { offset, key } of batch) records.set(offset, key === null ? null : Buffer.from(key).toString());
    }
    let sum = 0;
    for (const offset of records.keys()) sum += offset;
    for (const table of rows.tables) {
      compared[table] = (compared[table] ?? 0) + records.size;
      const found = await rows.count(table, place, begin, to);
      if (found.rows === records.size && found.offsets === records.size && found.sum === sum) continue;
      refused ??= await refusedBy(log, place, deadLetterTopic);
      const kept = new Map([...records].filter(([offset]) => !refused?.has(offset)));
      compareSpan(table, place, kept, await rows.list(table, place, begin, to), offenders);
    }
  }
  let pending = 0;
  // Not every offset is a record: the end of a transaction may take one.
  for await (const records of readRange(log, place, Math.max(from, end), next)) pending += records.length;
  return { compared, pending };
}

/** Records of the partition that the warehouse refused. */
async function refusedBy(log: AuditedLog, place: TopicPartition, topic: string): Promise<ReadonlySet<number>> {
  const refused = new Set<number>();
  const partitions = (await log.watermarks(topic)).length;
  for (let partition = 0; partition < partitions; partition++) {
    for await (const source of deadLetterSources(log, topic, partition, () => {})) {
      const isOfPlace = source.topic === place.topic && source.partition === place.partition;
      if (isOfPlace && isOfWriter(source.letter)) refused.add(source.offset);
    }
  }
  return refused;
}

/** Not of somebody else who reads the same records: those have their rows. */
function isOfWriter(letter: LogRecord): boolean {
  return letter.headers.some(({ name, value }) => name === HEADERS.stage && WRITER.equals(value));
}

function compareSpan(
  table: string,
  place: TopicPartition,
  records: ReadonlyMap<number, string | null>,
  found: readonly RowCount[],
  offenders: Offenders,
): void {
  const seen = new Set<number>();
  for (const { offset, rows } of found) {
    seen.add(offset);
    const key = records.get(offset) ?? null;
    if (!records.has(offset)) {
      offenders.add({
        kind: 'row_surplus',
        ...place,
        offset,
        key,
        why: `${table} has a row of it, and there is no such record`,
      });
    } else if (rows > 1) {
      offenders.add({ kind: 'row_doubled', ...place, offset, key, why: `it stands ${rows} times in ${table}` });
    }
  }
  for (const [offset, key] of records) {
    if (seen.has(offset)) continue;
    offenders.add({ kind: 'row_missing', ...place, offset, key, why: `${table} has no row of it` });
  }
}
