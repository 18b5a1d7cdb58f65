import type { Side } from '@logweave/model';
import { EventStream } from './event-stream.ts';
import type { StreamOptions } from './stream-options.ts';

/** One event with its line, for where a few bytes of garbage an event do not matter. */
export interface GeneratedEvent {
  readonly side: Side;
  /** The JSON line without newline; the caller's. */
  readonly line: Buffer;
  /** The truth: events of one connection belong together. */
  readonly connection: number;
  /** Requests of the connection before this one; -1 on a network event. */
  readonly request: number;
  readonly timeMs: number;
  /** Nanoseconds within the millisecond. */
  readonly timeNs: number;
  readonly arrivalMs: number;
}

const CHUNK_BYTES = 256 * 1024;

/** The events of a stream in the order of arrival. @throws RangeError for options that make no sense */
export function* generateEvents(options: Partial<StreamOptions> = {}): Generator<GeneratedEvent, void, undefined> {
  const stream = new EventStream(options);
  let chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, stream.maxLineBytes));
  let at = 0;
  while (stream.next()) {
    if (chunk.length - at < stream.maxLineBytes) {
      chunk = Buffer.allocUnsafe(chunk.length);
      at = 0;
    }
    const end = stream.writeLine(chunk, at);
    const { side, connection, request, timeMs, timeNs, arrivalMs } = stream;
    yield { side, line: chunk.subarray(at, end), connection, request, timeMs, timeNs, arrivalMs };
    at = end;
  }
}
