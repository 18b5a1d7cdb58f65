/**
 * `node tools/fault-coverage.ts REPORT...`: which rows of the fault table the tests of these reports cover. A report is
 * what vitest's `json` reporter wrote, or a text file with lines `ok fault 3: …`. Ends with 1 when a row that is required
 * has no passing test.
 */
import { readFileSync } from 'node:fs';
import { faultRows, missingRows, parseOkLines, REQUIRED_ROWS } from './test-results/fault-rows.ts';
import { parseVitestReport, type TestResult } from './test-results/vitest-report.ts';

function testsOf(path: string): readonly TestResult[] {
  const text = readFileSync(path, 'utf8');
  return path.endsWith('.json') ? parseVitestReport(text).tests : parseOkLines(text);
}

const rows = faultRows(process.argv.slice(2).flatMap(testsOf));
const described = rows.map(({ row, passed, failed }) => `${row} (${passed}${failed > 0 ? `, ${failed} failed` : ''})`);
console.log(`fault rows with tests: ${described.join(', ') || 'none'}`);
const missing = missingRows(rows);
if (missing.length > 0) {
  console.log(`fault rows without a passing test: ${missing.join(', ')}`);
  process.exitCode = 1;
}
console.log(`${REQUIRED_ROWS.length - missing.length} passed, ${missing.length} failed`);
