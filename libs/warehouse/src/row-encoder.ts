import { RAW_COLUMNS } from './columns.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const HEX = Buffer.from('0123456789abcdef');

/** What follows a backslash for each byte, 0 for a byte that stands as it is, 'u' (117) for one without a short form. */
const ESCAPES = new Uint8Array(256);
ESCAPES.fill(117, 0, 32);
for (const [byte, letter] of [
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
] as const) {
  ESCAPES[byte] = letter.charCodeAt(0);
}

/** Longest form of one byte: `\u00xx`. */
const WORST_ESCAPE = 6;

/**
 * Builds the bytes of JSONEachRow rows for the raw table. Each byte of a record arrives in `raw_json` as it was, also
 * NUL and what is no UTF-8 (ClickHouse's strings are bytes): no text, no object and no JSON.stringify between.
 */
export class RowEncoder {
  readonly #prefix = Buffer.from(`{"${RAW_COLUMNS[0]}":"`);
  readonly #middle: Buffer;
  #bytes: Buffer;
  #length = 0;
  #rows = 0;

  constructor(topic: string, partition: number, expectedBytes = 64 * 1024) {
    this.#middle = Buffer.from(`","_topic":${JSON.stringify(topic)},"_partition":${partition},"_offset":`);
    this.#bytes = Buffer.allocUnsafe(expectedBytes);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Appends a row; `arrivedAtMs` is an integer of milliseconds since the epoch. */
  add(value: Uint8Array, offset: number, arrivedAtMs: number): void {
    const tail = `${offset},"_arrived_at":"${Math.floor(arrivedAtMs / 1000)}.${String(arrivedAtMs % 1000).padStart(3, '0')}"}\n`;
    this.#reserve(this.#prefix.length + value.length * WORST_ESCAPE + this.#middle.length + tail.length);
    this.#length += this.#prefix.copy(this.#bytes, this.#length);
    this.#escape(value);
    this.#length += this.#middle.copy(this.#bytes, this.#length);
    this.#length += this.#bytes.write(tail, this.#length, 'latin1');
    this.#rows++;
  }

  /** The rows so far; the encoder begins anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(Math.max(64 * 1024, this.#length));
    this.#length = 0;
    this.#rows = 0;
    return taken;
  }

  #escape(value: Uint8Array): void {
    const out = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < value.length; i++) {
      const byte = value[i] as number;
      const escape = ESCAPES[byte] as number;
      if (escape === 0) {
        out[at++] = byte;
        continue;
      }
      out[at++] = BACKSLASH;
      out[at++] = escape;
      if (escape === 117) {
        out[at++] = 48;
        out[at++] = 48;
        out[at++] = HEX[byte >> 4] as number;
        out[at++] = HEX[byte & 15] as number;
      }
    }
    this.#length = at;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
