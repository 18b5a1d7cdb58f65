import { ExtraFields } from './extra-fields.ts';

/** A varint of a length: more than enough for any buffer. */
const LONGEST_VARINT = 5;
const TWO_32 = 4_294_967_296;
const LEAST_BYTES = 64 * 1024;
const NONE = Buffer.alloc(0);

/**
 * Builds the bytes of RowBinary rows for the raw table, their columns in the order of `RAW_COLUMNS`. Each byte of a
 * record arrives in `raw_json` as it was, also NUL and what is no UTF-8: nothing is escaped and nothing becomes text.
 */
export class RowEncoder {
  readonly #extra = new ExtraFields();
  /** Topic and partition, which are the same in each row. */
  readonly #place: Buffer;
  #bytes: Buffer = NONE;
  /** How much room to make for the next row that finds none. */
  #expectedBytes: number;
  #length = 0;
  #rows = 0;

  constructor(topic: string, partition: number, expectedBytes = LEAST_BYTES) {
    const name = Buffer.from(topic);
    const place = Buffer.alloc(LONGEST_VARINT + name.length + 4);
    let at = writeVarint(place, 0, name.length);
    at += name.copy(place, at);
    this.#place = place.subarray(0, place.writeUInt32LE(partition, at));
    this.#expectedBytes = expectedBytes;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Appends a row; `arrivedAtMs` is an integer of milliseconds since the epoch. */
  add(value: Uint8Array, offset: number, arrivedAtMs: number): void {
    const record = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length);
    const extraBytes = this.#extra.find(record);
    this.#reserve(record.length + extraBytes + 2 * LONGEST_VARINT + this.#place.length + 16);
    const out = this.#bytes;
    let at = writeVarint(out, this.#length, record.length);
    at += record.copy(out, at);
    at = writeVarint(out, at, extraBytes);
    if (extraBytes > 0) at = this.#extra.write(out, at);
    at += this.#place.copy(out, at);
    at = writeInt64(out, at, offset);
    this.#length = writeInt64(out, at, arrivedAtMs);
    this.#rows++;
  }

  /** The rows so far; the encoder begins anew, holds nothing until then, and makes room for as much at once. */
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

/** A safe integer as 64 bits, little endian. */
function writeInt64(out: Buffer, at: number, value: number): number {
  const high = Math.floor(value / TWO_32);
  return out.writeInt32LE(high, out.writeUInt32LE(value - high * TWO_32, at));
}
