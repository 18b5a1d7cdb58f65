const LENGTH_BYTES = 4;

/** Cuts a stream into the frames of Kafka's protocol: four bytes of length, and so many bytes. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are whole now, without their lengths. */
  push(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    while (this.#rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#rest.readInt32BE(0);
      if (this.#rest.length < end) break;
      frames.push(this.#rest.subarray(LENGTH_BYTES, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}

/** The bytes of a frame on the wire. */
export function framed(frame: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + frame.length);
  bytes.writeInt32BE(frame.length, 0);
  frame.copy(bytes, LENGTH_BYTES);
  return bytes;
}
