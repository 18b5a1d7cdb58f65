/** A varint of a length: more than enough for any buffer. */
const LONGEST_VARINT = 5;
const TWO_32 = 4_294_967_296;
const LEAST_BYTES = 64 * 1024;
const NONE = Buffer.alloc(0);
/** Up to here a loop is faster than the machine's own copy, which takes a call out of JavaScript. */
const SHORT_BYTES = 40;

/** What can write a known number of bytes at a position, and answers the position after them. */
export interface ByteSource {
  write(out: Buffer, at: number): number;
}

/** RowBinary rows in the making: the values of one column after the other, `endRow` after the last. */
export class RowBuffer {
  #bytes: Buffer = NONE;
  #length = 0;
  #rows = 0;
  /** How much room to make for the next row that finds none. */
  #expectedBytes: number;

  constructor(expectedBytes = LEAST_BYTES) {
    this.#expectedBytes = expectedBytes;
  }

  get rows(): number {
    return this.#rows;
  }

  endRow(): void {
    this.#rows++;
  }

  /** A number of elements or bytes, as LEB128. */
  count(value: number): void {
    this.#reserve(LONGEST_VARINT);
    this.#length = writeVarint(this.#bytes, this.#length, value);
  }

  /** A String of these bytes, whatever they are. */
  bytes(value: Uint8Array): void {
    this.count(value.length);
    this.encoded(value);
  }

  /** A String of as many bytes as the source is going to write. */
  filled(length: number, source: ByteSource): void {
    this.#reserve(LONGEST_VARINT + length);
    this.#length = writeVarint(this.#bytes, this.#length, length);
    if (length > 0) this.#length = source.write(this.#bytes, this.#length);
  }

  /** A String of this text in UTF-8; half of a surrogate pair becomes U+FFFD. */
  text(value: string): void {
    if (value.length <= SHORT_BYTES && this.#shortAscii(value)) return;
    const length = Buffer.byteLength(value);
    this.count(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
  }

  /** False when it is not ASCII: then nothing was written. */
  #shortAscii(value: string): boolean {
    const { length } = value;
    this.#reserve(1 + length);
    const out = this.#bytes;
    let at = this.#length;
    out[at++] = length;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) return false;
      out[at++] = unit;
    }
    this.#length = at;
    return true;
  }

  /** An Array(String). */
  texts(values: ReadonlySet<string> | readonly string[]): void {
    this.count('size' in values ? values.size : values.length);
    for (const value of values) this.text(value);
  }

  /** Bytes as they stand, without a length: values that were encoded before. */
  encoded(value: Uint8Array): void {
    const { length } = value;
    this.#reserve(length);
    if (length > SHORT_BYTES) this.#bytes.set(value, this.#length);
    else for (let i = 0; i < length; i++) this.#bytes[this.#length + i] = value[i] as number;
    this.#length += length;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  /** A safe integer as 64 bits. */
  int64(value: number): void {
    this.#reserve(8);
    const high = Math.floor(value / TWO_32);
    const afterLow = this.#bytes.writeUInt32LE(value - high * TWO_32, this.#length);
    this.#length = this.#bytes.writeInt32LE(high, afterLow);
  }

  bigInt64(value: bigint): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeBigInt64LE(value, this.#length);
  }

  /** The rows so far; the buffer begins anew, holds nothing until then, and makes room for as much at once. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = NONE;
    this.#expectedBytes = Math.max(LEAST_BYTES, Math.ceil(this.#length * 1.1));
    this.#length = 0;
    this.#rows = 0;
    return taken;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2, this.#expectedBytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Topic and partition as two columns; they are the same in each row of an encoder. */
export function encodedPlace(topic: string, partition: number): Buffer {
  const buffer = new RowBuffer();
  buffer.text(topic);
  buffer.uint32(partition);
  return Buffer.from(buffer.take());
}

/** LEB128, as ClickHouse writes the length of a string. */
function writeVarint(out: Buffer, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    out[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[at++] = rest;
  return at;
}
