import { OversizedLineBuilder, type OversizedLine } from './oversized-line.ts';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const EMPTY = Buffer.alloc(0);
/** A line may come with a byte order mark before it, and a carriage return and a newline behind it; none counts. */
const UNCOUNTED_BYTES = 5;
/** What an idle connection may keep of its carry buffer. */
const KEPT_CARRY_BYTES = 64 * 1024;

/** Where lines go. Called synchronously, in the order of the stream. */
export interface LineSink {
  /**
   * A line without its newline, as `bytes[start, end)`; never empty. The buffer is not written to afterwards, so a
   * range of it may be kept.
   */
  line(bytes: Buffer, start: number, end: number): void;
  /** A line over the limit: all that was kept of it. */
  oversized(line: OversizedLine): void;
}

export interface LineLimits {
  /** Longest line, without newline and carriage return. */
  readonly maxLineBytes: number;
  /** What is kept of a longer one. */
  readonly previewBytes: number;
}

/**
 * Where a line ends: in front of a newline that is not among its bytes, or with its last byte. A counted line may end in a
 * newline of its own, which is cut off unless the line is too long.
 */
export type LineEnding = 'newline' | 'counted';

/**
 * Puts one line after another together from pieces, however a framing finds their ends. A line that comes in one piece is
 * handed on as a range of it; only one of several pieces is copied. Memory is bounded by the longest line that is allowed.
 */
export class LineAssembler {
  readonly #limits: LineLimits;
  readonly #sink: LineSink;
  #mayBeMarked = false;
  #carry: Buffer = EMPTY;
  #carriedBytes = 0;
  #oversized: OversizedLineBuilder | null = null;

  constructor(limits: LineLimits, sink: LineSink) {
    this.#limits = limits;
    this.#sink = sink;
  }

  /** A UTF-8 byte order mark at the start of the next line is not part of it. */
  cutByteOrderMark(): void {
    this.#mayBeMarked = true;
  }

  /** A piece of the line that does not end it. */
  keep(chunk: Buffer, start: number, end: number): void {
    if (this.#oversized !== null) {
      this.#oversized.add(chunk, start, end);
      return;
    }
    const total = this.#carriedBytes + end - start;
    if (total > this.#limits.maxLineBytes + UNCOUNTED_BYTES) {
      const oversized = new OversizedLineBuilder(this.#limits.previewBytes);
      const joined = this.#joined(chunk, start, end);
      oversized.add(joined, this.#textStart(joined, 0, joined.length), joined.length);
      this.#oversized = oversized;
      return;
    }
    if (total > this.#carry.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(1024, 2 ** Math.ceil(Math.log2(total))));
      this.#carry.copy(grown, 0, 0, this.#carriedBytes);
      this.#carry = grown;
    }
    chunk.copy(this.#carry, this.#carriedBytes, start, end);
    this.#carriedBytes = total;
  }

  /** The last piece of the line. An empty line goes nowhere. */
  finish(chunk: Buffer, start: number, end: number, ending: LineEnding): void {
    if (this.#oversized !== null) {
      this.#oversized.add(chunk, start, end);
      this.#sink.oversized(this.#oversized.finish(ending === 'counted'));
      this.#oversized = null;
    } else if (this.#carriedBytes === 0) {
      this.#emit(chunk, start, end, ending);
    } else {
      const joined = this.#joined(chunk, start, end);
      this.#emit(joined, 0, joined.length, ending);
    }
  }

  /** The line ends here, without what would have told its end. */
  end(): void {
    this.finish(EMPTY, 0, 0, 'newline');
    this.#carry = EMPTY;
  }

  /** What came of a line that will not be finished; it is not handed to the sink unless it is too long already. */
  take(): Buffer {
    if (this.#oversized !== null) this.end();
    const taken = this.#joined(EMPTY, 0, 0);
    this.#carry = EMPTY;
    return taken;
  }

  /** The carried bytes and these in a buffer of their own; nothing is carried afterwards. */
  #joined(chunk: Buffer, start: number, end: number): Buffer {
    const carriedBytes = this.#carriedBytes;
    const joined = Buffer.allocUnsafe(carriedBytes + end - start);
    this.#carry.copy(joined, 0, 0, carriedBytes);
    chunk.copy(joined, carriedBytes, start, end);
    this.#carriedBytes = 0;
    if (this.#carry.length > KEPT_CARRY_BYTES) this.#carry = EMPTY;
    return joined;
  }

  #emit(bytes: Buffer, lineStart: number, lineEnd: number, ending: LineEnding): void {
    const start = this.#textStart(bytes, lineStart, lineEnd);
    const cut = ending === 'newline' ? lineEnd : withoutNewline(bytes, start, lineEnd);
    const isEnded = ending === 'newline' || cut < lineEnd;
    const end = isEnded && cut > start && bytes[cut - 1] === CARRIAGE_RETURN ? cut - 1 : cut;
    if (start === end) return;
    if (end - start <= this.#limits.maxLineBytes) {
      this.#sink.line(bytes, start, end);
      return;
    }
    const oversized = new OversizedLineBuilder(this.#limits.previewBytes);
    oversized.add(bytes, start, lineEnd);
    this.#sink.oversized(oversized.finish(ending === 'counted'));
  }

  #textStart(bytes: Buffer, start: number, end: number): number {
    if (!this.#mayBeMarked) return start;
    this.#mayBeMarked = false;
    const marked = end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
    return marked ? start + 3 : start;
  }
}

function withoutNewline(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === NEWLINE ? end - 1 : end;
}
