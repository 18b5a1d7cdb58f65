import type { Instant, LogParser } from '@logweave/parser-lang';
import type { UdmJson } from '@logweave/udm';

/** Text of the parser language, to be made ready for logs. */
export interface ParserText {
  readonly logType: string;
  readonly text: string;
  /** Runs on the same log after the parser, and its events go over the parser's. */
  readonly extension: ExtensionText | null;
}

export interface ExtensionText {
  readonly text: string;
  /** Its elements of repeated fields go behind those of the parser and do not replace them. */
  readonly appendRepeated: boolean;
}

export interface CompiledParser {
  /** Null when a text has errors. */
  readonly parser: LogParser | null;
  /** What is wrong with them, for people. */
  readonly problems: readonly string[];
}

/** What the service knows of a log besides its text, for what is made of it. */
export interface EventContext {
  readonly kind: 'event' | 'entity';
  readonly logType: string;
  /** Bytes that are the same whenever the same log is parsed again, and for no other event. */
  readonly id: Uint8Array;
  readonly namespace: string | null;
  readonly labels: ReadonlyMap<string, string>;
  /** When the log came in. */
  readonly ingestTime: Instant;
}

/** The language and the data model, as the service needs them. */
export interface ParseEngine {
  compile(text: ParserText): CompiledParser;
  /** The event or entity with what no parser can know: id, ingestion labels, namespace. */
  complete(record: UdmJson, context: EventContext): UdmJson;
}
