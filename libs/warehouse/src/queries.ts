import { identifier } from './sql-text.ts';
import type { TableNames } from './schema.ts';

/** Rows of both tables, and how many of them joined. */
export interface Counts {
  readonly raw: number;
  readonly logs: number;
  readonly correlated: number;
  readonly orphansA: number;
  readonly orphansB: number;
}

/** A value and how often it occurs. */
export interface Tally {
  readonly value: string;
  readonly rows: number;
}

/** Orphans by the reason why they left alone. */
export interface OrphanTally {
  readonly side: string;
  readonly reason: string;
  readonly rows: number;
}

/** Records that stand more than once in a table, with their place in the event log. */
export interface Double {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly rows: number;
}

// Counts are turned into doubles here, exact up to 2^53: JSON would otherwise carry them as text.
export function countsQuery(tables: TableNames): string {
  return `SELECT
  toFloat64((SELECT count() FROM ${identifier(tables.raw)})) AS raw,
  toFloat64(count()) AS logs,
  toFloat64(countIf(correlated = 1)) AS correlated,
  toFloat64(countIf(orphan_side = 'A')) AS orphansA,
  toFloat64(countIf(orphan_side = 'B')) AS orphansB
FROM ${identifier(tables.logs)}`;
}

export function topJa4Query(tables: TableNames): string {
  return `SELECT ja4 AS value, toFloat64(count()) AS rows FROM ${identifier(tables.logs)}
WHERE ja4 != '' GROUP BY ja4 ORDER BY rows DESC, value LIMIT {limit:UInt32}`;
}

export function topUserAgentsQuery(tables: TableNames): string {
  return `SELECT toString(extra.header_user_agent) AS value, toFloat64(count()) AS rows FROM ${identifier(tables.logs)}
WHERE value != '' GROUP BY value ORDER BY rows DESC, value LIMIT {limit:UInt32}`;
}

export function orphansQuery(tables: TableNames): string {
  return `SELECT orphan_side AS side, orphan_reason AS reason, toFloat64(count()) AS rows FROM ${identifier(tables.logs)}
WHERE correlated = 0 GROUP BY side, reason ORDER BY rows DESC, side, reason`;
}

/**
 * The check query: a place in the event log must occur once in a table. Anything here is a double, which only a replay
 * of more than the last 1,000 inserts (or one without tokens) can make. To remove them:
 * `ALTER TABLE … DELETE WHERE …` for the rows of that place but one, or select with `LIMIT 1 BY _topic, _partition, _offset`.
 */
export function doublesQuery(table: string): string {
  return `SELECT _topic AS topic, _partition AS partition, toFloat64(_offset) AS offset, toFloat64(count()) AS rows
FROM ${identifier(table)} GROUP BY topic, partition, _offset HAVING count() > 1
ORDER BY topic, partition, offset LIMIT {limit:UInt32}`;
}

/** What a table holds of one partition of a topic. */
export interface PlaceTally {
  readonly topic: string;
  readonly partition: number;
  readonly rows: number;
  /** How many different ones; as many as rows when nothing is doubled. */
  readonly offsets: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Offsets between the first and the last without a row: transaction markers, aborted records, dead letters, or missing rows. */
  readonly gaps: number;
}

/** By partition what a table holds, to be held against the topic. */
export function placesQuery(table: string): string {
  return `SELECT _topic AS topic, _partition AS partition, toFloat64(count()) AS rows, toFloat64(uniqExact(_offset)) AS offsets,
  toFloat64(min(_offset)) AS firstOffset, toFloat64(max(_offset)) AS lastOffset, lastOffset - firstOffset + 1 - offsets AS gaps
FROM ${identifier(table)} GROUP BY topic, partition ORDER BY topic, partition`;
}

/** Rows of the raw table whose place does not occur in the other one: the view was missing or failed when they came. */
export function missingFromLogsQuery(tables: TableNames): string {
  return `SELECT _topic AS topic, _partition AS partition, toFloat64(_offset) AS offset, 1 AS rows FROM ${identifier(tables.raw)}
WHERE (_topic, _partition, _offset) NOT IN (SELECT _topic, _partition, _offset FROM ${identifier(tables.logs)})
ORDER BY topic, partition, offset LIMIT {limit:UInt32}`;
}
