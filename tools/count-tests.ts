/** `node tools/count-tests.ts REPORT`: one line `N passed, N failed` of what vitest's `json` reporter wrote. */
import { countOf, readVitestReport } from './test-results/vitest-report.ts';

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: node tools/count-tests.ts REPORT');
  process.exitCode = 2;
} else {
  const run = readVitestReport(path);
  for (const file of run.brokenFiles) console.log(`does not run: ${file}`);
  const { passed, failed } = countOf(run);
  console.log(`${passed} passed, ${failed} failed`);
}
