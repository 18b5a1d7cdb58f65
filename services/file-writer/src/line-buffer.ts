const NEWLINE = 10;

/** Collects lines for one write. */
export class LineBuffer {
  #bytes: Uint8Array;
  #length = 0;
  #lines = 0;

  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(capacityBytes);
  }

  get lengthBytes(): number {
    return this.#length;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Whether the line still goes in; an empty buffer grows for a line that is longer than itself. */
  hasRoomFor(line: Uint8Array): boolean {
    return this.#length === 0 || this.#length + line.length + 1 <= this.#bytes.length;
  }

  /** Adds the line and its newline. */
  add(line: Uint8Array): void {
    const end = this.#length + line.length + 1;
    if (end > this.#bytes.length) this.#bytes = new Uint8Array(end);
    this.#bytes.set(line, this.#length);
    this.#bytes[end - 1] = NEWLINE;
    this.#length = end;
    this.#lines++;
  }

  /** What was collected; valid until the next `add`. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.#lines = 0;
  }
}
