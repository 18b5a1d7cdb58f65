import { hash } from 'node:crypto';
import type { LogRecord, RecordHeader, TopicPartition } from '@logweave/event-log';
import { HEADERS, LIMITS, type Rejection, reject } from '@logweave/model';
import type { Instant } from '@logweave/parser-lang';

/** Where a log stands, or stood when it came in first. */
export interface LogPosition extends TopicPartition {
  readonly offset: number;
}

/** A record to parse, with what its headers say. */
export interface IncomingLog {
  readonly record: LogRecord;
  readonly position: LogPosition;
  /** As `position`, but of the record that this one repeats, when it was read back from dead-letter. */
  readonly origin: LogPosition;
  readonly logType: string;
  readonly namespace: string | null;
  readonly labels: ReadonlyMap<string, string>;
  readonly createTime: Instant;
  readonly collectionTime: Instant | null;
}

const NO_LABELS: ReadonlyMap<string, string> = new Map();
/** Shape and most of an id, so that the header of another writer cannot be anything else. */
const LOG_TYPE_UNITS = 128;

/** Reads the headers. `logType`: of all records of the topic; null: each says its own. */
export function readIncomingLog(
  record: LogRecord,
  partition: TopicPartition,
  logType: string | null,
): IncomingLog | Rejection {
  const position = { ...partition, offset: record.offset };
  const headers = new HeaderReader(record.headers);
  const type = logType ?? headers.text(HEADERS.logType);
  if (type === null || type === '' || type.length > LOG_TYPE_UNITS) {
    return reject('missing_log_type', `header ${HEADERS.logType} must name the type of the log`);
  }
  return {
    record,
    position,
    origin: originOf(record.headers) ?? position,
    logType: type,
    namespace: headers.text(HEADERS.namespace),
    labels: labelsOf(headers.text(HEADERS.labels)),
    createTime: instantOfMs(record.timestampMs),
    collectionTime: instantOf(headers.text(HEADERS.collectionTime)),
  };
}

/** As header `origin` has it. */
export function positionText({ topic, partition, offset }: LogPosition): string {
  return `${topic}/${partition}/${offset}`;
}

/** The id of an event: 20 bytes that follow from the place of its log and its place in it. */
export function eventId(origin: LogPosition, index: number): Uint8Array {
  return hash('sha1', `${positionText(origin)}/${index}`, 'buffer');
}

/** Names repeat seldom and are few: the first one counts. */
class HeaderReader {
  readonly #headers: readonly RecordHeader[];

  constructor(headers: readonly RecordHeader[]) {
    this.#headers = headers;
  }

  text(name: string): string | null {
    for (const header of this.#headers) if (header.name === name) return Buffer.from(header.value).toString();
    return null;
  }
}

/**
 * Where a log stood when it came in first, of one that was read back from dead-letter: the letter says it, and a letter of
 * a letter says where the first one did. Null for all others.
 */
export function originOf(recordHeaders: readonly RecordHeader[]): LogPosition | null {
  const headers = new HeaderReader(recordHeaders);
  const [, first, at, place] = /^(.+)\/(\d{1,15})\/(\d{1,15})$/.exec(headers.text(HEADERS.origin) ?? '') ?? [];
  if (first !== undefined) return { topic: first, partition: Number(at), offset: Number(place) };
  const topic = headers.text(HEADERS.sourceTopic);
  const partition = count(headers.text(HEADERS.sourcePartition));
  const offset = count(headers.text(HEADERS.sourceOffset));
  return topic === null || partition === null || offset === null ? null : { topic, partition, offset };
}

function count(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Whoever wrote other labels than texts wrote none. Those beyond the limit would stand on every event, and are left out. */
function labelsOf(text: string | null): ReadonlyMap<string, string> {
  if (text === null) return NO_LABELS;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return NO_LABELS;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return NO_LABELS;
  const labels = new Map<string, string>();
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === 'string' && labels.size < LIMITS.labels) labels.set(key, value);
  }
  return labels;
}

function instantOfMs(ms: number): Instant {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

/** RFC 3339 with up to nine digits of a second. */
function instantOf(text: string | null): Instant | null {
  const match = text === null ? null : /^(.{19})(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return null;
  const [, whole = '', fraction = '', zone = ''] = match;
  const ms = Date.parse(`${whole}${zone}`);
  return Number.isNaN(ms) ? null : { seconds: ms / 1000, nanos: Number(fraction.padEnd(9, '0')) };
}
