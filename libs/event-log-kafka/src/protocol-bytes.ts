/** Writes what requests are made of, big endian, into a buffer that grows. */
export class ByteWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(expectedBytes);
  }

  int8(value: number): this {
    return this.#write(1, (at) => this.#bytes.writeInt8(value, at));
  }

  int16(value: number): this {
    return this.#write(2, (at) => this.#bytes.writeInt16BE(value, at));
  }

  int32(value: number): this {
    return this.#write(4, (at) => this.#bytes.writeInt32BE(value, at));
  }

  int64(value: number): this {
    return this.#write(8, (at) => this.#bytes.writeBigInt64BE(BigInt(value), at));
  }

  /** A null is written as the length -1. */
  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.from(value, 'utf8');
    this.int16(bytes.length);
    return this.raw(bytes);
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  raw(bytes: Buffer): this {
    return this.#write(bytes.length, (at) => bytes.copy(this.#bytes, at));
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #write(length: number, write: (at: number) => void): this {
    if (this.#at + length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + length));
      this.#bytes.copy(grown, 0, 0, this.#at);
      this.#bytes = grown;
    }
    write(this.#at);
    this.#at += length;
    return this;
  }
}

/** Reads what answers are made of. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  boolean(): boolean {
    return this.#bytes.readInt8(this.#next(1)) !== 0;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#next(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#next(4));
  }

  /** A number that a double holds exactly, as offsets and times are. */
  int64(): number {
    return Number(this.#bytes.readBigInt64BE(this.#next(8)));
  }

  bigint64(): bigint {
    return this.#bytes.readBigInt64BE(this.#next(8));
  }

  string(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const at = this.#next(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  /** Not a copy. */
  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    const at = this.#next(length);
    return this.#bytes.subarray(at, at + length);
  }

  array<T>(read: () => T): T[] {
    const count = this.int32();
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  #next(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('an answer of Kafka ends too early');
    return at;
  }
}
