import type { TestResult } from './vitest-report.ts';

/** Rows of the fault table that the whole on one machine must withstand, each shown by a test of its own. */
export const REQUIRED_ROWS: readonly number[] = [
  3, 5, 7, 16, 18, 20, 21, 28, 29, 30, 31, 32, 36, 37, 38, 39, 40, 41, 42, 43, 44, 48, 57, 62,
];

/** What the tests say of one row. */
export interface FaultRow {
  readonly row: number;
  readonly passed: number;
  readonly failed: number;
}

/** The rows that a name claims: `fault 16: …`, `fault 16, 18: …`. */
export function rowsOf(name: string): readonly number[] {
  const match = /^fault (\d+(?:(?:, | and )\d+)*): /.exec(name);
  return match === null ? [] : (match[1] ?? '').split(/, | and /).map(Number);
}

/** All rows that any test claims, in their order. A test that was skipped shows nothing. */
export function faultRows(tests: readonly TestResult[]): readonly FaultRow[] {
  const rows = new Map<number, { passed: number; failed: number }>();
  for (const { names, outcome } of tests) {
    if (outcome === 'skipped') continue;
    for (const row of new Set(names.flatMap(rowsOf))) {
      const counts = rows.get(row) ?? { passed: 0, failed: 0 };
      counts[outcome]++;
      rows.set(row, counts);
    }
  }
  return [...rows].map(([row, counts]) => ({ row, ...counts })).sort((a, b) => a.row - b.row);
}

/** A row is covered when tests claim it and all of them pass. */
export function missingRows(rows: readonly FaultRow[]): readonly number[] {
  const covered = new Set(rows.filter(({ passed, failed }) => passed > 0 && failed === 0).map(({ row }) => row));
  return REQUIRED_ROWS.filter((row) => !covered.has(row));
}

/** Tests that other programs than vitest report on their output, one a line: `ok fault 3: …`, `not ok fault 3: …`. */
export function parseOkLines(text: string): readonly TestResult[] {
  return [...text.matchAll(/^(not ok|ok) (.+)$/gm)].map((match) => ({
    names: [match[2] ?? ''],
    outcome: match[1] === 'ok' ? 'passed' : 'failed',
  }));
}
