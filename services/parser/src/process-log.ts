import type { LogRecord, ProducerRecord, TopicPartition } from '@logweave/event-log';
import { type DeadLetterReason, type Rejection, reject } from '@logweave/model';
import type { ParseFailure, RawLog } from '@logweave/parser-lang';
import type { UdmJson } from '@logweave/udm';
import type { ParserConfig } from './config.ts';
import { dropTagLabel } from './drop-tags.ts';
import { eventRecords } from './event-records.ts';
import { type IncomingLog, readIncomingLog } from './incoming-log.ts';
import type { ParseResult } from './loaded-parser.ts';
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
      readonly events: readonly UdmJson[];
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

/** Decides what becomes of a log. `logType`: of all logs of the partition; null: each says its own. */
export function processLog(
  { config, parsers, engine }: ProcessLogDeps,
  record: LogRecord,
  partition: TopicPartition,
  logType: string | null,
): LogOutcome {
  const log = readIncomingLog(record, partition, logType);
  if ('reason' in log) return { kind: 'dead_letter', rejection: log, serving: null, label: '' };
  const serving = parsers.of(log.logType);
  if (serving === null) {
    if (config.onUnknownLogType === 'raw_only') return { kind: 'raw_only', serving, label: '' };
    const rejection = reject('no_parser', `there is no parser for log type ${log.logType}`);
    return { kind: 'dead_letter', rejection, serving, label: '' };
  }
  if (serving.held !== null) return { kind: 'held', logType: log.logType, why: serving.held };
  const { result, label } = parsers.parse(serving, rawLog(log));
  return outcomeOf(engine, log, { serving, label }, result);
}

function outcomeOf(
  engine: Pick<ParseEngine, 'complete'>,
  log: IncomingLog,
  source: LogSource,
  result: ParseResult,
): LogOutcome {
  switch (result.kind) {
    case 'events': {
      const records = eventRecords(log, result, source.label, engine);
      if ('reason' in records) return { kind: 'dead_letter', rejection: records, ...source };
      return { kind: 'parsed', records, events: result.events, ...source };
    }
    case 'dropped':
      return { kind: 'dropped', tag: dropTagLabel(result.tag), ...source };
    case 'failed':
      return {
        kind: 'dead_letter',
        rejection: reject(REASONS[result.code], `${source.label}: ${result.message}`),
        ...source,
      };
    case 'crashed':
      return {
        kind: 'dead_letter',
        rejection: reject('parser_crashed', `${source.label}: ${result.message}`),
        ...source,
      };
    default:
      return result satisfies never;
  }
}

/** Bytes that are no UTF-8 become U+FFFD here; as they came they stay in the topic. */
function rawLog({ record, createTime, collectionTime }: IncomingLog): RawLog {
  return {
    text: Buffer.from(record.value ?? EMPTY).toString('utf8'),
    createTime,
    ...(collectionTime === null ? {} : { collectionTime }),
  };
}
