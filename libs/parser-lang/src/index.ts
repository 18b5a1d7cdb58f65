export type { Instant, LogParser, ParsedLog, ParseFailure, RawLog } from './log-parser.ts';
