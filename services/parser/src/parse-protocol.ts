import type { IncomingLog } from './incoming-log.ts';
import type { ParserText } from './parse-engine.ts';
import type { MadeEvent, ParseResult } from './parse-log.ts';

/** Where something lies in the bytes that go with a message. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A log for another thread. */
export interface SentLog extends Place, Omit<IncomingLog, 'record' | 'position'> {
  /** Of the parser that is to parse it. */
  readonly label: string;
}

/** Logs to parse. Their bytes lie together, as views of a larger buffer would be copied with all of it. */
export interface ParseRequest {
  readonly id: number;
  readonly bytes: ArrayBuffer;
  readonly logs: readonly SentLog[];
  /** Parsers that the thread does not know yet. */
  readonly parsers: readonly { readonly label: string; readonly text: ParserText }[];
}

/** A result whose events lie in the bytes of the answer. */
export type SentResult = { readonly tookMs: number } & (
  | Exclude<ParseResult, { kind: 'events' }>
  | { readonly kind: 'events'; readonly events: readonly (Omit<MadeEvent, 'value'> & Place)[] }
);

export interface ParseAnswer {
  readonly id: number;
  readonly bytes: ArrayBuffer;
  readonly results: readonly SentResult[];
}

/** What a thread is started with: the module that exports the engine, and its name there. */
export interface ParseWorkerData {
  readonly engineModule: string;
  readonly engineName: string;
}

/** Puts pieces one after the other into memory that can be handed over. */
export function joinBytes(pieces: readonly Uint8Array[]): {
  readonly bytes: ArrayBuffer;
  readonly places: readonly Place[];
} {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  const places: Place[] = [];
  let end = 0;
  for (const piece of pieces) {
    all.set(piece, end);
    places.push({ start: end, end: end + piece.length });
    end += piece.length;
  }
  return { bytes: all.buffer, places };
}

export function bytesAt(bytes: ArrayBuffer, { start, end }: Place): Uint8Array {
  return new Uint8Array(bytes, start, end - start);
}
