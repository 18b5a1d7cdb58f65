import type { ProducerRecord } from '@logweave/event-log';
import { type DeadLetterReason, type Rejection, reject } from '@logweave/model';
import type { ParseFailure } from '@logweave/parser-lang';
import type { ParserConfig } from './config.ts';
import { dropTagLabel } from './drop-tags.ts';
import { eventRecords } from './event-records.ts';
import type { IncomingLog } from './incoming-log.ts';
import { type MadeEvent, parseLog, type ParseResult } from './parse-log.ts';
import type { ParseEngine } from './parse-engine.ts';
import type { Serving, ServingParsers } from './serving-parsers.ts';

const EMPTY = new Uint8Array(0);
const REASONS = {
  LOG_PARSING_CBN_ERROR: 'parse_failed',
  LOG_PARSING_GENERATED_INVALID_EVENT: 'invalid_event',
  LOG_PARSING_NO_OUTPUT: 'no_output',
  LOG_PARSING_LIMIT_EXCEEDED: 'parse_limit_exceeded',
} as const satisfies Record<ParseFailure['code'], DeadLetterReason>;

/** Whose log it was, for metrics; null where nothing serves it. */
interface LogSource {
  readonly serving: Serving | null;
  /** Of the parser that decided; '' when none did. */
  readonly label: string;
}

/** What becomes of one log: exactly one of these. */
export type LogOutcome =
  | (LogSource & {
      readonly kind: 'parsed';
      readonly records: readonly ProducerRecord[];
      readonly events: readonly MadeEvent[];
    })
  | (LogSource & { readonly kind: 'dropped'; readonly tag: string })
  | (LogSource & { readonly kind: 'dead_letter'; readonly rejection: Rejection })
  | (LogSource & { readonly kind: 'raw_only' })
  /** Not yet: its type waits for another parser. */
  | { readonly kind: 'held'; readonly logType: string; readonly why: string };

export interface ProcessLogDeps {
  readonly config: Pick<ParserConfig, 'onUnknownLogType'>;
  readonly parsers: ServingParsers;
  readonly engine: Pick<ParseEngine, 'complete'>;
}

/** What other threads have made of a log already; null: nothing. */
export interface ReadyResult {
  /** Of the parser that made it. */
  readonly label: string;
  readonly result: ParseResult;
}

/** Decides what becomes of a log. `log`: as `readIncomingLog` gave it. */
export function processLog(
  { config, parsers, engine }: ProcessLogDeps,
  log: IncomingLog | Rejection,
  ready: ReadyResult | null = null,
): LogOutcome {
  if ('reason' in log) return { kind: 'dead_letter', rejection: log, serving: null, label: '' };
  const serving = parsers.of(log.logType);
  if (serving === null) {
    if (config.onUnknownLogType === 'raw_only') return { kind: 'raw_only', serving, label: '' };
    const rejection = reject('no_parser', `there is no parser for log type ${log.logType}`);
    return { kind: 'dead_letter', rejection, serving, label: '' };
  }
  if (serving.held !== null) return { kind: 'held', logType: log.logType, why: serving.held };
  if (serving.parser === null && serving.trial === null) {
    const rejection = reject('no_parser', serving.problem ?? '');
    return { kind: 'dead_letter', rejection, serving, label: serving.label };
  }
  const { result, label } = parsers.parse(serving, (parser) =>
    ready?.label === parser.label ? ready.result : parseLog(log, log.record.value ?? EMPTY, parser.parser, engine),
  );
  return outcomeOf(log, { serving, label }, result);
}

function outcomeOf(log: IncomingLog, source: LogSource, result: ParseResult): LogOutcome {
  switch (result.kind) {
    case 'events': {
      const records = eventRecords(log, result.events, source.label);
      if ('reason' in records) return { kind: 'dead_letter', rejection: records, ...source };
      return { kind: 'parsed', records, events: result.events, ...source };
    }
    case 'dropped':
      return { kind: 'dropped', tag: dropTagLabel(result.tag), ...source };
    case 'failed':
      return deadLetter(REASONS[result.code], result.message, source);
    case 'crashed':
      return deadLetter('parser_crashed', result.message, source);
    default:
      return result satisfies never;
  }
}

function deadLetter(reason: DeadLetterReason, message: string, source: LogSource): LogOutcome {
  return { kind: 'dead_letter', rejection: reject(reason, `${source.label}: ${message}`), ...source };
}
