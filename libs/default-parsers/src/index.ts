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
