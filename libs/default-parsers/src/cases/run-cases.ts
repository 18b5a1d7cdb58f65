import { createLogParser, formatDiagnostic, LineIndex } from '@logweave/parser-lang';
import { compareJson, type Difference } from './compare-json.ts';
import { asExpected, type ExpectedLog } from './expected-log.ts';
import type { ParserCase, ParserFolder } from './parser-folder.ts';
import { StatementCoverage, type UnreachedStatement } from './statement-coverage.ts';

/** What a parser's cases have shown. */
export interface CasesReport {
  readonly logType: string;
  /** Why the parser does not compile, a line each; then there are no cases. */
  readonly errors: readonly string[];
  readonly cases: readonly CaseReport[];
  /** How many statements the parser has. */
  readonly statements: number;
  /** Those that no log of the cases has come to. */
  readonly unreached: readonly UnreachedStatement[];
}

export interface CaseReport {
  readonly name: string;
  readonly logs: number;
  /** False when the case has no expected file: then everything differs. */
  readonly hasExpected: boolean;
  readonly differing: readonly DifferingLog[];
  /** What the parser made of each log. */
  readonly got: readonly ExpectedLog[];
  readonly expectedFile: string;
}

export interface DifferingLog {
  /** Which log of the case, from 1: the line of `expected.ndjson`. */
  readonly line: number;
  /** Empty when more is expected than there are logs. */
  readonly text: string;
  readonly differences: readonly Difference[];
}

/** Runs the cases of a parser. Changes nothing. */
export function runCases(folder: ParserFolder): CasesReport {
  const { logType, text, parserFile } = folder;
  const coverage = new StatementCoverage(text);
  const { parser, diagnostics } = createLogParser({ text, logType, observer: coverage });
  const lines = new LineIndex(text);
  const errors = diagnostics.flatMap((diagnostic) =>
    diagnostic.severity === 'error' ? [formatDiagnostic(diagnostic, lines, parserFile)] : [],
  );
  const cases =
    parser === null
      ? []
      : folder.cases.map((parserCase) =>
          compareCase(
            parserCase,
            parserCase.logs.map((log) => asExpected(parser.parse(log))),
          ),
        );
  return { logType, errors, cases, statements: coverage.statements, unreached: coverage.unreached() };
}

function compareCase({ name, logs, expected, expectedFile }: ParserCase, got: readonly ExpectedLog[]): CaseReport {
  const differing: DifferingLog[] = [];
  for (let at = 0; at < Math.max(logs.length, expected?.length ?? 0); at++) {
    const differences = compareLog(expected?.[at], got[at]);
    if (differences.length > 0) differing.push({ line: at + 1, text: logs[at]?.text ?? '', differences });
  }
  return { name, logs: logs.length, hasExpected: expected !== null, differing, got, expectedFile };
}

function compareLog(expected: ExpectedLog | undefined, got: ExpectedLog | undefined): readonly Difference[] {
  if (expected === undefined || got === undefined) return [{ path: '', expected, got }];
  const anyMessage = expected.error !== undefined && expected.error.message === undefined && got.error !== undefined;
  return compareJson(expected, anyMessage ? { ...got, error: { code: got.error.code } } : got);
}
