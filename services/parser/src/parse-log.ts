import type { LogParser, ParseFailure, RawLog } from '@logweave/parser-lang';
import type { UdmJson } from '@logweave/udm';
import { eventId, type IncomingLog } from './incoming-log.ts';
import type { ParseEngine } from './parse-engine.ts';
import { filledFields } from './watched-fields.ts';

/** More events than this no single log describes; a parser that makes them runs away. */
const MAX_EVENTS = 10_000;
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

/** An event or entity as it leaves. */
export interface MadeEvent {
  readonly kind: 'event' | 'entity';
  /** JSON. */
  readonly value: Uint8Array;
  /** Of an event: which of the watched fields it has, as `filledFields`. */
  readonly filled: number;
}

/** What a parser made of one log. */
export type ParseResult =
  | { readonly kind: 'events'; readonly events: readonly MadeEvent[] }
  | { readonly kind: 'dropped'; readonly tag: string }
  | { readonly kind: 'failed'; readonly code: ParseFailure['code']; readonly message: string }
  /** It threw, which no parser may. */
  | { readonly kind: 'crashed'; readonly message: string };

/** Never throws: a parser that does has one try at each log. */
export function parseLog(
  log: Omit<IncomingLog, 'record' | 'position'>,
  value: Uint8Array,
  parser: LogParser,
  engine: Pick<ParseEngine, 'complete'>,
): ParseResult {
  try {
    return result(log, value, parser, engine);
  } catch (error) {
    return { kind: 'crashed', message: crashMessage(error) };
  }
}

/** Whether a parser could do nothing with a log. */
export function isFailure({ kind }: ParseResult): boolean {
  return kind === 'failed' || kind === 'crashed';
}

function result(
  log: Omit<IncomingLog, 'record' | 'position'>,
  value: Uint8Array,
  parser: LogParser,
  engine: Pick<ParseEngine, 'complete'>,
): ParseResult {
  const { events, entities, error, dropped } = parser.parse(rawLog(log, value));
  if (error !== null) return { kind: 'failed', ...error };
  if (dropped !== null) return { kind: 'dropped', tag: dropped };
  const count = events.length + entities.length;
  if (count === 0) return { kind: 'failed', code: 'LOG_PARSING_NO_OUTPUT', message: 'the parser made no event' };
  if (count > MAX_EVENTS) {
    const message = `the parser made ${count} events; at most ${MAX_EVENTS} are allowed`;
    return { kind: 'failed', code: 'LOG_PARSING_LIMIT_EXCEEDED', message };
  }
  const made: MadeEvent[] = [];
  let bytes = 0;
  const make = (record: UdmJson, kind: MadeEvent['kind']): void => {
    const { logType, namespace, labels, createTime: ingestTime } = log;
    const id = eventId(log.origin, made.length);
    const complete = engine.complete(record, { kind, logType, id, namespace, labels, ingestTime });
    const filled = kind === 'event' ? filledFields(complete) : 0;
    const value = Buffer.from(JSON.stringify(complete));
    bytes += value.length;
    made.push({ kind, value, filled });
  };
  for (const event of events) if (bytes <= MAX_EVENT_BYTES) make(event, 'event');
  for (const entity of entities) if (bytes <= MAX_EVENT_BYTES) make(entity, 'entity');
  if (bytes > MAX_EVENT_BYTES) {
    const message = `the events have more than ${MAX_EVENT_BYTES} bytes, which is all that one log may make`;
    return { kind: 'failed', code: 'LOG_PARSING_LIMIT_EXCEEDED', message };
  }
  return { kind: 'events', events: made };
}

/** Bytes that are no UTF-8 become U+FFFD here; as they came they stay in the topic. */
function rawLog(
  { createTime, collectionTime }: Pick<IncomingLog, 'createTime' | 'collectionTime'>,
  value: Uint8Array,
): RawLog {
  return {
    text: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'),
    createTime,
    ...(collectionTime === null ? {} : { collectionTime }),
  };
}

/** The class of the error and where it was thrown. Its own message may quote the log. */
function crashMessage(error: unknown): string {
  if (!(error instanceof Error)) return `the parser threw a ${typeof error}`;
  const frame = /\n\s+at (\S+)/.exec(error.stack ?? '')?.[1];
  return frame === undefined || frame.includes('/') ? error.name : `${error.name} in ${frame}`;
}
