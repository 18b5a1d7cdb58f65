import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Warehouse } from '@logweave/warehouse';
import { md5Of, type ResultRecord } from './log-contents.ts';

/** How an output differs from the result topic. All zero: they agree row by row. */
export interface OutputDifference {
  readonly rows: number;
  readonly missing: number;
  /** Twice there, or of no record. */
  readonly surplus: number;
  /** Of the right record and with other content. */
  readonly changed: number;
}

/** The lines of the output file against the values of all records. */
export async function compareFile(path: string, results: readonly ResultRecord[]): Promise<OutputDifference> {
  const wanted = new Map<string, number>();
  for (const { md5 } of results) wanted.set(md5, (wanted.get(md5) ?? 0) + 1);
  let rows = 0;
  let surplus = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    rows++;
    const md5 = md5Of(Buffer.from(line));
    const left = wanted.get(md5) ?? 0;
    if (left === 0) surplus++;
    else wanted.set(md5, left - 1);
  }
  return { rows, missing: [...wanted.values()].reduce((sum, left) => sum + left, 0), surplus, changed: 0 };
}

interface Row {
  readonly offset: string;
  readonly md5: string;
  /** Only of the table with columns. */
  readonly correlated?: number;
  readonly orphan_side?: string;
}

/** The rows of one partition in one of the tables against its records. */
export async function compareTable(
  warehouse: Warehouse,
  table: 'raw' | 'logs',
  partition: number,
  results: readonly ResultRecord[],
): Promise<OutputDifference> {
  const columns = table === 'logs' ? ', correlated, orphan_side' : '';
  const rows = await warehouse.select<Row>(
    `SELECT _offset AS offset, hex(MD5(raw_json)) AS md5${columns} FROM ${warehouse.tables[table]} WHERE _partition = {partition:UInt32}`,
    { partition },
  );
  const left = new Map(results.map((result) => [result.offset, result]));
  let surplus = 0;
  let changed = 0;
  for (const row of rows) {
    const offset = Number(row.offset);
    const result = left.get(offset);
    if (result === undefined) surplus++;
    else if (row.md5 !== result.md5 || !saysTheSame(row, result)) changed++;
    left.delete(offset);
  }
  return { rows: rows.length, missing: left.size, surplus, changed };
}

function saysTheSame({ correlated, orphan_side }: Row, { a, b }: ResultRecord): boolean {
  if (correlated === undefined) return true;
  if (a !== null && b !== null) return correlated === 1 && orphan_side === '';
  return correlated === 0 && orphan_side === (a === null ? 'B' : 'A');
}

export function agrees({ missing, surplus, changed }: OutputDifference): boolean {
  return missing === 0 && surplus === 0 && changed === 0;
}

/** One difference out of those of several parts. */
export function addDifferences(differences: readonly OutputDifference[]): OutputDifference {
  const sum = (of: (difference: OutputDifference) => number): number =>
    differences.reduce((total, difference) => total + of(difference), 0);
  return {
    rows: sum(({ rows }) => rows),
    missing: sum(({ missing }) => missing),
    surplus: sum(({ surplus }) => surplus),
    changed: sum(({ changed }) => changed),
  };
}
