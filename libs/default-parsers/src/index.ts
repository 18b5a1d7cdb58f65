export { type DefaultParser, DEFAULT_PARSERS_FOLDER, loadDefaultParsers } from './default-parsers.ts';
export { type ParserHead, readParserHead } from './parser-head.ts';
export { asExpected, type ExpectedLog } from './cases/expected-log.ts';
export {
  CASE_CREATE_TIME,
  type ParserCase,
  type ParserFolder,
  ParserFolderProblem,
  readParserFolder,
} from './cases/parser-folder.ts';
export { EntryProblem, instantOf, readEntry } from './cases/raw-log-entry.ts';
export { compareJson, type Difference } from './cases/compare-json.ts';
export { formatReport } from './cases/format-report.ts';
export { type CaseReport, type CasesReport, type DifferingLog, runCases } from './cases/run-cases.ts';
export type { UnreachedStatement } from './cases/statement-coverage.ts';
