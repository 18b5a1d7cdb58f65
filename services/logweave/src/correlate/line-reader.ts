import { LIMITS } from '@logweave/model';
import type { ByteSource } from './byte-source.ts';

/** Long enough that waiting for it is rare per line, short enough that one held line does not keep much alive. */
const CHUNK_BYTES = 256 * 1024;

const NEWLINE = 10;
const SPACE = 32;

/**
 * Lines of a source, one after the other, without copying them: a line is a range of a chunk that is never written to
 * again. Lines are counted from 1; blank ones count and are passed over. Where the fields are what `next` found:
 * `bytes[start, end)`, unless `tooLong`.
 */
export class LineReader {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  line = 0;
  /** The line is longer than a source line may be; its bytes are gone. */
  tooLong = false;
  /** Bytes read so far. */
  bytesRead = 0;

  readonly source: ByteSource;
  readonly #chunkBytes: number;
  /** Where the next line begins. */
  #next = 0;
  #exhausted = false;
  #skipping = false;

  constructor(source: ByteSource, chunkBytes: number = CHUNK_BYTES) {
    this.source = source;
    this.#chunkBytes = chunkBytes;
  }

  /** Nothing is left, neither here nor in the source. */
  get ended(): boolean {
    return this.#exhausted && this.#next === this.bytes.length && !this.#skipping;
  }

  /** Moves on to the next line. False when this chunk has none: `load`, unless the input has `ended`. */
  next(): boolean {
    const { bytes } = this;
    for (;;) {
      const start = this.#next;
      let end = bytes.indexOf(NEWLINE, start);
      if (end >= 0) {
        this.#next = end + 1;
      } else {
        // The last line needs no newline.
        if (!this.#exhausted || this.ended) return false;
        end = bytes.length;
        this.#next = end;
      }
      this.line++;
      this.tooLong = this.#skipping || end - start > LIMITS.sourceLineBytes;
      this.#skipping = false;
      this.start = start;
      this.end = end;
      if (this.tooLong || !isBlank(bytes, start, end)) return true;
    }
  }

  /** Reads the next chunk, the unfinished line at its front. */
  async load(): Promise<void> {
    let tail = this.bytes.subarray(this.#next);
    if (this.#skipping || tail.length > LIMITS.sourceLineBytes) {
      this.#skipping = true;
      tail = tail.subarray(tail.length);
    }
    // Not from the pool: a held line keeps its chunk, and must keep nothing else.
    const chunk = Buffer.allocUnsafeSlow(tail.length + this.#chunkBytes);
    tail.copy(chunk);
    const count = await this.source.read(chunk, tail.length);
    this.#exhausted = count === 0;
    this.bytesRead += count;
    this.bytes = chunk.subarray(0, tail.length + count);
    this.#next = 0;
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if ((bytes[i] as number) > SPACE) return false;
  }
  return true;
}
