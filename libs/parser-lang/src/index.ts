export type { Instant, LogParser, ParsedLog, ParseFailure, RawLog } from './log-parser.ts';
export { type Diagnostic, formatDiagnostic, LineIndex, type Position } from './syntax/diagnostic.ts';
export { type ParsedProgram, parseProgram } from './syntax/parse-program.ts';
export type * from './syntax/tree.ts';
