import { readFileSync } from 'node:fs';

/** One test as the reports tell of it. */
export interface TestResult {
  /** The names of the groups around it, outermost first, and its own. */
  readonly names: readonly string[];
  readonly outcome: 'passed' | 'failed' | 'skipped';
}

export interface TestRun {
  readonly tests: readonly TestResult[];
  /** Files that failed without a test that did: they do not load, or an error came outside of any test. */
  readonly brokenFiles: readonly string[];
}

/** What this reads of the file that vitest's `json` reporter writes. */
interface VitestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

/** Reads a report. Throws when the file is missing or is no report. */
export function readVitestReport(path: string): TestRun {
  return parseVitestReport(readFileSync(path, 'utf8'));
}

export function parseVitestReport(text: string): TestRun {
  const report = JSON.parse(text) as VitestReport;
  const tests: TestResult[] = [];
  const brokenFiles: string[] = [];
  for (const file of report.testResults) {
    for (const { ancestorTitles, title, status } of file.assertionResults) {
      const outcome = status === 'passed' || status === 'failed' ? status : 'skipped';
      tests.push({ names: [...ancestorTitles, title], outcome });
    }
    const failed = file.assertionResults.some(({ status }) => status === 'failed');
    if (file.status === 'failed' && !failed) brokenFiles.push(file.name);
  }
  if (!report.success && brokenFiles.length === 0 && !tests.some(({ outcome }) => outcome === 'failed')) {
    brokenFiles.push('an error outside of every test');
  }
  return { tests, brokenFiles };
}

/** Passed and failed; a file that did not load is one failure. */
export function countOf(run: TestRun): { readonly passed: number; readonly failed: number } {
  const count = (wanted: TestResult['outcome']): number => run.tests.filter(({ outcome }) => outcome === wanted).length;
  return { passed: count('passed'), failed: count('failed') + run.brokenFiles.length };
}
