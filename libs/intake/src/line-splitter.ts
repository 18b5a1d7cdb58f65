import { OversizedLineBuilder, type OversizedLine } from './oversized-line.ts';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const EMPTY = Buffer.alloc(0);
/** A line may come with a byte order mark before it and a carriage return behind it; neither counts. */
const UNCOUNTED_BYTES = 4;
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
 * Cuts one byte stream into lines at `\n`, wherever its chunks end. A line that lies within a chunk is handed on as a
 * range of it; only one that spans chunks is copied. `\r` before the newline and a UTF-8 byte order mark at the start
 * of the stream are cut off, empty lines skipped. Memory is bounded by the longest line that is allowed.
 */
export class LineSplitter {
  readonly #limits: LineLimits;
  readonly #sink: LineSink;
  #atStart = true;
  #carry: Buffer = EMPTY;
  #carriedBytes = 0;
  #oversized: OversizedLineBuilder | null = null;

  constructor(limits: LineLimits, sink: LineSink) {
    this.#limits = limits;
    this.#sink = sink;
  }

  /** The next bytes of the stream, `chunk[start, end)`. The chunk belongs to the splitter and its sink from here on. */
  push(chunk: Buffer, start = 0, end = chunk.length): void {
    let from = start;
    while (from < end) {
      const newline = chunk.indexOf(NEWLINE, from);
      if (newline === -1 || newline >= end) {
        this.#keep(chunk, from, end);
        return;
      }
      this.#finish(chunk, from, newline);
      from = newline + 1;
    }
  }

  /** The end of the stream: what is left without a newline is a line of its own. A new stream may follow. */
  end(): void {
    this.#finish(EMPTY, 0, 0);
    this.#atStart = true;
    this.#carry = EMPTY;
  }

  #keep(chunk: Buffer, start: number, end: number): void {
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

  #finish(chunk: Buffer, start: number, end: number): void {
    if (this.#oversized !== null) {
      this.#oversized.add(chunk, start, end);
      this.#sink.oversized(this.#oversized.finish());
      this.#oversized = null;
    } else if (this.#carriedBytes === 0) {
      this.#emit(chunk, start, end);
    } else {
      const joined = this.#joined(chunk, start, end);
      this.#emit(joined, 0, joined.length);
    }
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

  #emit(bytes: Buffer, lineStart: number, lineEnd: number): void {
    const start = this.#textStart(bytes, lineStart, lineEnd);
    const end = lineEnd > start && bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd;
    if (start === end) return;
    if (end - start <= this.#limits.maxLineBytes) {
      this.#sink.line(bytes, start, end);
      return;
    }
    const oversized = new OversizedLineBuilder(this.#limits.previewBytes);
    oversized.add(bytes, start, lineEnd);
    this.#sink.oversized(oversized.finish());
  }

  #textStart(bytes: Buffer, start: number, end: number): number {
    if (!this.#atStart) return start;
    this.#atStart = false;
    const marked = end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
    return marked ? start + 3 : start;
  }
}
