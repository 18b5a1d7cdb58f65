/**
 * The memory that an input's events stand in, as one Buffer for all of them. A log hands out a view for each record; a
 * million of these held would weigh as much as a quarter of the events.
 */
export class MemoryBlock {
  #memory: ArrayBufferLike = new ArrayBuffer(0);
  #block: Buffer = Buffer.from(this.#memory);

  /** All of the memory behind a view; what stands at `i` in the view stands at `byteOffset + i` here. */
  of(bytes: Uint8Array): Buffer {
    const { buffer } = bytes;
    if (buffer !== this.#memory) {
      this.#memory = buffer;
      this.#block = Buffer.from(buffer);
    }
    return this.#block;
  }
}
