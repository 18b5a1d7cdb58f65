import type { Instant, LogParser } from '@logweave/parser-lang';
import type { UdmJson } from '@logweave/udm';

/** Text of the parser language, to be made ready for logs. */
export interface ParserText {
  readonly logType: string;
  readonly text: string;
  /** An extension makes parts of events, which need not be valid alone. */
  readonly isExtension: boolean;
}

export interface CompiledParser {
  /** Null when the text has errors. */
  readonly parser: LogParser | null;
  /** What is wrong with it, for people. */
  readonly problems: readonly string[];
}

/** What the service knows of a log besides its text, for the events made of it. */
export interface EventContext {
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
  /** What the base parser made, with what the extension made of the same log. Neither is changed. */
  mergeExtension(base: UdmJson, extension: UdmJson, options: { readonly appendRepeated: boolean }): UdmJson;
  /** The event with what no parser can know: id, log type, ingestion labels, namespace. */
  completeEvent(event: UdmJson, context: EventContext): UdmJson;
}
