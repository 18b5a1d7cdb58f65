import { HEADERS } from '@logweave/model';
import { nanosOfMs, nanosOfText } from './record-time.ts';
import { headerBytes, headerText } from './record-headers.ts';
import { encodedPlace, RowBuffer } from './row-buffer.ts';
import type { RowEncoder, SourceRecord } from './row-encoder.ts';

const NO_BYTES = new Uint8Array(0);

/** Rows for `RAW_LOGS`. Logs, keys and headers arrive byte for byte, and no record is refused. */
export class RawRowEncoder implements RowEncoder {
  readonly #place: Buffer;
  readonly #rows = new RowBuffer();
  /** Labels are those of an input: the same text again and again. */
  #labels: Buffer = NO_LABELS;
  #labelsOf = '';

  constructor(topic: string, partition: number) {
    this.#place = encodedPlace(topic, partition);
  }

  get rows(): number {
    return this.#rows.rows;
  }

  add({ key, value, headers, offset, timestampMs }: SourceRecord): null {
    const rows = this.#rows;
    const arrived = nanosOfMs(timestampMs);
    rows.bytes(headerBytes(headers, HEADERS.logType));
    rows.bytes(headerBytes(headers, HEADERS.namespace));
    rows.encoded(this.#encodedLabels(headerText(headers, HEADERS.labels)));
    rows.bigInt64(nanosOfText(headerText(headers, HEADERS.collectionTime)) ?? arrived);
    rows.bytes(headerBytes(headers, HEADERS.input));
    rows.bytes(key ?? NO_BYTES);
    rows.bytes(value ?? NO_BYTES);
    rows.encoded(this.#place);
    rows.int64(offset);
    rows.bigInt64(arrived / 1_000_000n);
    rows.endRow();
    return null;
  }

  take(): Buffer {
    return this.#rows.take();
  }

  #encodedLabels(text: string): Buffer {
    if (text !== this.#labelsOf) {
      this.#labels = encodeLabels(text);
      this.#labelsOf = text;
    }
    return this.#labels;
  }
}

const NO_LABELS = Buffer.from([0]);

/** A JSON object as Map(String, String): strings as they are, other values as JSON. What is no object has no labels. */
function encodeLabels(text: string): Buffer {
  const pairs = labelPairs(text);
  const buffer = new RowBuffer();
  buffer.count(pairs.length);
  for (const [name, value] of pairs) {
    buffer.text(name);
    buffer.text(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return Buffer.from(buffer.take());
}

function labelPairs(text: string): readonly [string, unknown][] {
  let labels: unknown;
  try {
    labels = JSON.parse(text);
  } catch {
    // A log is worth more than its labels.
    return [];
  }
  return typeof labels === 'object' && labels !== null && !Array.isArray(labels) ? Object.entries(labels) : [];
}
