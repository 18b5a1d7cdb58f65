import { createHash } from 'node:crypto';

const CARRIAGE_RETURN = Buffer.from('\r');

/** What is kept of a line that is too long to be processed. */
export interface OversizedLine {
  /** The first bytes. */
  readonly preview: Buffer;
  /** The whole length, without newline and carriage return. */
  readonly lengthBytes: number;
  /** SHA-256 over the whole line, in lower-case hex. */
  readonly sha256: string;
}

/** Takes in a line of any length piece by piece, in memory that does not depend on it. */
export class OversizedLineBuilder {
  readonly #hash = createHash('sha256');
  readonly #preview: Buffer;
  #lengthBytes = 0;
  // A carriage return counts only when something follows it before the newline.
  #heldReturn = false;

  constructor(previewBytes: number) {
    this.#preview = Buffer.alloc(previewBytes);
  }

  add(bytes: Buffer, start: number, end: number): void {
    if (start === end) return;
    if (this.#heldReturn) this.#take(CARRIAGE_RETURN, 0, 1);
    this.#heldReturn = bytes[end - 1] === CARRIAGE_RETURN[0];
    this.#take(bytes, start, this.#heldReturn ? end - 1 : end);
  }

  /** `keepsReturn`: a carriage return at the end is part of the line. */
  finish(keepsReturn = false): OversizedLine {
    if (keepsReturn && this.#heldReturn) this.#take(CARRIAGE_RETURN, 0, 1);
    return {
      preview: this.#preview.subarray(0, Math.min(this.#lengthBytes, this.#preview.length)),
      lengthBytes: this.#lengthBytes,
      sha256: this.#hash.digest('hex'),
    };
  }

  #take(bytes: Buffer, start: number, end: number): void {
    if (this.#lengthBytes < this.#preview.length) bytes.copy(this.#preview, this.#lengthBytes, start, end);
    this.#hash.update(bytes.subarray(start, end));
    this.#lengthBytes += end - start;
  }
}
