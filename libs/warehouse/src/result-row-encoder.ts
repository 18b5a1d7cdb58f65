import { ExtraFields } from './extra-fields.ts';
import { encodedPlace, RowBuffer } from './row-buffer.ts';
import type { RowEncoder, SourceRecord } from './row-encoder.ts';

const NO_BYTES = new Uint8Array(0);

/**
 * Rows for the raw table of results, their columns in the order of `RAW_COLUMNS`. Each byte of a record arrives in
 * `raw_json` as it was, also NUL and what is no UTF-8: nothing is escaped, nothing becomes text, and no record is refused.
 */
export class ResultRowEncoder implements RowEncoder {
  readonly #extra = new ExtraFields();
  readonly #place: Buffer;
  readonly #rows: RowBuffer;

  constructor(topic: string, partition: number, expectedBytes?: number) {
    this.#place = encodedPlace(topic, partition);
    this.#rows = new RowBuffer(expectedBytes);
  }

  get rows(): number {
    return this.#rows.rows;
  }

  add({ value, offset, timestampMs }: Pick<SourceRecord, 'value' | 'offset' | 'timestampMs'>): null {
    // A tombstone has no place in a result topic; should one be there, it stays visible as an empty row.
    const bytes = value ?? NO_BYTES;
    const record = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const rows = this.#rows;
    rows.bytes(record);
    rows.filled(this.#extra.find(record), this.#extra);
    rows.encoded(this.#place);
    rows.int64(offset);
    rows.int64(timestampMs);
    rows.endRow();
    return null;
  }

  take(): Buffer {
    return this.#rows.take();
  }
}
