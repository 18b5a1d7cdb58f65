import type { UdmJson } from '@logweave/udm';

/** A moment: whole seconds since the epoch and the nanoseconds above them (0–999,999,999). */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** One raw log as it enters a parser. */
export interface RawLog {
  /** The log's text (`message`). Bytes that are not UTF-8 were replaced by U+FFFD. */
  readonly text: string;
  /** When the log was taken in (`@createTimestamp`). */
  readonly createTime: Instant;
  /** The source's own time of the log, where the source gives one (`@timestamp` on entry). */
  readonly timestamp?: Instant;
  readonly collectionTime?: Instant;
  /** IANA name, for times without an offset. */
  readonly timezone?: string;
}

/** Why a log gave nothing, in the words that users search for. */
export interface ParseFailure {
  /** A closed list, good for a metric's label. */
  readonly code:
    | 'LOG_PARSING_CBN_ERROR'
    | 'LOG_PARSING_GENERATED_INVALID_EVENT'
    | 'LOG_PARSING_NO_OUTPUT'
    | 'LOG_PARSING_LIMIT_EXCEEDED';
  readonly message: string;
}

/** What became of one log: exactly one of events or entities, a tag of `drop`, or an error. */
export interface ParsedLog {
  readonly events: readonly UdmJson[];
  readonly entities: readonly UdmJson[];
  readonly error: ParseFailure | null;
  /** The tag of the `drop` that ended the log; '' for a drop without a tag. */
  readonly dropped: string | null;
  readonly warnings: readonly string[];
  /** What `statedump` printed, in order. */
  readonly statedumps: readonly string[];
}

/** A parser that is ready for logs. Keeps nothing between two logs. */
export interface LogParser {
  readonly logType: string;
  parse(log: RawLog): ParsedLog;
}
