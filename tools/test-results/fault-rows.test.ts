import { describe, expect, it } from 'vitest';
import { faultRows, missingRows, parseOkLines, REQUIRED_ROWS, rowsOf } from './fault-rows.ts';
import { countOf, parseVitestReport, type TestResult } from './vitest-report.ts';

const passed = (...names: string[]): TestResult => ({ names, outcome: 'passed' });

describe('the rows that a test claims', () => {
  it.each([
    ['fault 16: ClickHouse down', [16]],
    ['fault 16, 18: both', [16, 18]],
    ['fault 5 and 6: both', [5, 6]],
    ['a default 16: no', []],
    ['fault 16 without a colon', []],
  ])('%j: %j', (name, rows) => {
    expect(rowsOf(name)).toEqual(rows);
  });

  it('are counted once a test, also when a group around it names the same', () => {
    const failed: TestResult = { names: ['fault 3: x'], outcome: 'failed' };
    const skipped: TestResult = { names: ['fault 9: x'], outcome: 'skipped' };
    expect(faultRows([passed('fault 3: group', 'fault 3: own'), failed, skipped, passed('other')])).toEqual([
      { row: 3, passed: 1, failed: 1 },
    ]);
  });
});

it('a required row is missing without a passing test, and as long as one of its tests fails', () => {
  const all = REQUIRED_ROWS.map((row) => passed(`fault ${row}: x`));
  expect(missingRows(faultRows(all))).toEqual([]);
  expect(missingRows(faultRows(all.slice(1)))).toEqual([3]);
  expect(missingRows(faultRows([...all, { names: ['fault 5: y'], outcome: 'failed' }]))).toEqual([5]);
});

it('lines of other programs count as tests', () => {
  expect(parseOkLines('started\nok fault 3: killed\nnot ok fault 7: hung\nall ok\n')).toEqual([
    { names: ['fault 3: killed'], outcome: 'passed' },
    { names: ['fault 7: hung'], outcome: 'failed' },
  ]);
});

describe('a report of vitest', () => {
  const file = (status: string, ...tests: string[]) => ({
    name: 'a.test.ts',
    status,
    assertionResults: tests.map((outcome) => ({ ancestorTitles: ['group'], title: outcome, status: outcome })),
  });
  const parse = (success: boolean, ...testResults: unknown[]) =>
    parseVitestReport(JSON.stringify({ success, testResults }));

  it('counts what passed and what failed, and not what was skipped', () => {
    expect(countOf(parse(false, file('failed', 'passed', 'passed', 'failed', 'pending', 'todo')))).toEqual({
      passed: 2,
      failed: 1,
    });
  });

  it('counts a file that does not load, and an error outside of every test, as a failure each', () => {
    expect(countOf(parse(false, file('failed'), file('passed', 'passed')))).toEqual({ passed: 1, failed: 1 });
    expect(countOf(parse(false, file('passed', 'passed')))).toEqual({ passed: 1, failed: 1 });
  });
});
