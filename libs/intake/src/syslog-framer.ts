import { LineAssembler, type LineLimits, type LineSink } from './line-assembler.ts';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const LESS = 60;
const EMPTY = Buffer.alloc(0);
/** Nearly ten megabytes. Whoever counts further means something else. */
const MAX_COUNT_DIGITS = 7;
/** `<0>`: the shortest message. */
const MIN_COUNT = 3;

/**
 * How messages of a stream are told apart: each ends at a newline, or is preceded by its length (RFC 6587, section 3.4), or
 * each in the way that it begins with.
 */
export type SyslogFraming = 'auto' | 'newline' | 'octet_counting';

export interface FramedSink extends LineSink {
  /** Bytes of which no message can be made: a length that is none, or less than it promised. */
  misframed(bytes: Buffer, message: string): void;
}

/** Length of a message and where it begins; `text`: no length is there; `more`: that cannot be told yet. */
type Count = { readonly bytes: number; readonly messageAt: number } | 'text' | 'more';

/**
 * Cuts one byte stream into syslog messages, wherever its chunks end. Lengths and the newline behind a message are cut off,
 * and nothing else.
 *
 * With `auto` a message is counted when it begins with one to seven digits, a space, `<` and another digit, as RFC 6587 has
 * it: a line of text that begins so is taken for a counted one, so state `newline` for logs like that.
 */
export class SyslogFramer {
  readonly #framing: SyslogFraming;
  readonly #previewBytes: number;
  readonly #sink: FramedSink;
  readonly #assembler: LineAssembler;
  #state: 'between' | 'line' | 'counted' | 'lost' = 'between';
  /** The start of a message of which it cannot be told yet how it ends: a few bytes. */
  #undecided: Buffer = EMPTY;
  #left = 0;

  constructor(framing: SyslogFraming, limits: LineLimits, sink: FramedSink) {
    this.#framing = framing;
    this.#previewBytes = limits.previewBytes;
    this.#sink = sink;
    this.#assembler = new LineAssembler(limits, sink);
  }

  /** The framing is lost: nothing more of this stream can be told apart. Only where every message has to be counted. */
  get isLost(): boolean {
    return this.#state === 'lost';
  }

  /** The next bytes of the stream. They belong to the framer and its sink from here on. */
  push(bytes: Buffer): void {
    const chunk = this.#undecided.length === 0 ? bytes : Buffer.concat([this.#undecided, bytes]);
    this.#undecided = EMPTY;
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'between') at = this.#begin(chunk, at);
      else if (this.#state === 'line') at = this.#line(chunk, at);
      else if (this.#state === 'counted') at = this.#counted(chunk, at);
      else return;
    }
  }

  /** The end of the stream: a line without its newline is whole, a counted message without its end is not. */
  end(): void {
    const state = this.#state;
    this.#state = 'lost';
    if (state === 'line') this.#assembler.end();
    else if (state === 'counted') {
      const bytes = this.#assembler.take();
      const message = `the connection ended ${this.#left} bytes before the end of a counted message`;
      if (bytes.length > 0) this.#sink.misframed(bytes, message);
    } else if (this.#undecided.length > 0) {
      if (this.#framing === 'auto') this.#assembler.finish(this.#undecided, 0, this.#undecided.length, 'newline');
      else this.#sink.misframed(this.#undecided, 'the connection ended within the length of a message');
    }
  }

  /** Where to go on from. */
  #begin(chunk: Buffer, at: number): number {
    if (this.#framing === 'newline') {
      this.#state = 'line';
      return at;
    }
    // Some senders end what they count with a newline as well, and do not count that.
    if (chunk[at] === NEWLINE || chunk[at] === CARRIAGE_RETURN) return at + 1;
    const count = readCount(chunk, at, this.#framing === 'auto');
    if (count === 'more') {
      this.#undecided = Buffer.from(chunk.subarray(at));
      return chunk.length;
    }
    if (count !== 'text') {
      this.#state = 'counted';
      this.#left = count.bytes;
      return count.messageAt;
    }
    if (this.#framing === 'auto') {
      this.#state = 'line';
      return at;
    }
    this.#state = 'lost';
    const preview = Buffer.from(chunk.subarray(at, at + this.#previewBytes));
    this.#sink.misframed(preview, 'a message begins with its length in 1 to 7 digits and a space, and this does not');
    return chunk.length;
  }

  #line(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(NEWLINE, at);
    if (newline === -1) {
      this.#assembler.keep(chunk, at, chunk.length);
      return chunk.length;
    }
    this.#state = 'between';
    this.#assembler.finish(chunk, at, newline, 'newline');
    return newline + 1;
  }

  #counted(chunk: Buffer, at: number): number {
    const end = at + this.#left;
    if (end > chunk.length) {
      this.#assembler.keep(chunk, at, chunk.length);
      this.#left -= chunk.length - at;
      return chunk.length;
    }
    this.#state = 'between';
    this.#left = 0;
    this.#assembler.finish(chunk, at, end, 'counted');
    return end;
  }
}

/** `guessing`: text may stand there as well, so that what follows the length has to look like a message. */
function readCount(chunk: Buffer, start: number, guessing: boolean): Count {
  let at = start;
  let bytes = 0;
  for (; at < chunk.length && isDigit(chunk[at]); at++) {
    if (at - start === MAX_COUNT_DIGITS || chunk[start] === ZERO) return 'text';
    bytes = bytes * 10 + (chunk[at] as number) - ZERO;
  }
  if (at === chunk.length) return 'more';
  if (at === start || chunk[at] !== SPACE) return 'text';
  const messageAt = at + 1;
  if (!guessing) return { bytes, messageAt };
  if (bytes < MIN_COUNT) return 'text';
  if (messageAt === chunk.length) return 'more';
  if (chunk[messageAt] !== LESS) return 'text';
  if (messageAt + 1 === chunk.length) return 'more';
  return isDigit(chunk[messageAt + 1]) ? { bytes, messageAt } : 'text';
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
