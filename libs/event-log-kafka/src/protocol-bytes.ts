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

  /** An unsigned number in base 128, as the flexible versions of requests have for lengths and counts. */
  uvarint(value: number): this {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#uint8((rest % 128) + 128);
    return this.#uint8(rest);
  }

  /** A string of a flexible version: its length is one more than its bytes, and 0 is null. */
  compactString(value: string | null): this {
    if (value === null) return this.uvarint(0);
    const bytes = Buffer.from(value, 'utf8');
    return this.uvarint(bytes.length + 1).raw(bytes);
  }

  compactArray<T>(items: readonly T[], write: (item: T) => void): this {
    this.uvarint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  raw(bytes: Buffer): this {
    return this.#write(bytes.length, (at) => bytes.copy(this.#bytes, at));
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #uint8(value: number): this {
    return this.#write(1, (at) => this.#bytes.writeUInt8(value, at));
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

  /** All that was not read; not a copy. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  array<T>(read: () => T): T[] {
    const count = this.int32();
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  uvarint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.#next(1));
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  compactString(): string | null {
    const length = this.uvarint() - 1;
    if (length < 0) return null;
    const at = this.#next(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  compactArray<T>(read: () => T): T[] {
    const count = this.uvarint() - 1;
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  /** Passes over the tagged fields of a flexible version: nobody here knows any. */
  skipTags(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint();
      this.#next(this.uvarint());
    }
  }

  #next(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('an answer of Kafka ends too early');
    return at;
  }
}
