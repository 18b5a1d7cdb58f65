import type { Fetched } from '../local/local-log.ts';
import { EventLogError, type LogRecord, type ProducerRecord, type TopicSpec, type Watermarks } from '../port.ts';
import { recordBytes } from '../record-limits.ts';

/** A transaction as its records see it. */
export interface TransactionState {
  state: 'open' | 'committed' | 'aborted';
}

interface Entry {
  readonly record: LogRecord;
  readonly bytes: number;
  readonly transaction: TransactionState | null;
}

/** The records of one partition. */
export class MemoryPartition {
  readonly topic: string;
  readonly index: number;
  low = 0;
  high = 0;
  #entries: Entry[] = [];
  /** The first offset of each transaction that is open here. */
  readonly #open = new Map<TransactionState, number>();

  constructor(topic: string, index: number) {
    this.topic = topic;
    this.index = index;
  }

  get watermarks(): Watermarks {
    return { low: this.low, high: this.high, stable: this.stable };
  }

  /** The first offset of a transaction that is open, or the end. */
  get stable(): number {
    return this.#open.size === 0 ? this.high : Math.min(...this.#open.values());
  }

  /** Copies the records in and returns the first offset. */
  append(records: readonly ProducerRecord[], transaction: TransactionState | null): number {
    const base = this.high;
    if (transaction !== null && !this.#open.has(transaction)) this.#open.set(transaction, base);
    for (const record of records) {
      this.#entries.push({ record: copyOf(record, this.high++), bytes: recordBytes(record), transaction });
    }
    return base;
  }

  /** A transaction has ended; with a marker its end takes an offset, as in Kafka. */
  end(transaction: TransactionState, marker: boolean): void {
    this.#open.delete(transaction);
    if (transaction.state === 'aborted') {
      this.#entries = this.#entries.filter((entry) => entry.transaction !== transaction);
    }
    if (marker) this.high++;
  }

  /** @throws EventLogError `offset_out_of_range`. */
  fetch(offset: number, maxRecords: number, maxBytes: number): Fetched {
    if (offset < this.low || offset > this.high) {
      throw new EventLogError(
        'offset_out_of_range',
        `offset ${offset} of ${this.topic}/${this.index} does not exist: the log holds ${this.low} to ${this.high}`,
      );
    }
    const endOffset = this.stable;
    const records: LogRecord[] = [];
    let bytes = 0;
    for (let i = this.#firstFrom(offset); i < this.#entries.length; i++) {
      const entry = this.#entries[i] as Entry;
      if (entry.record.offset >= endOffset) break;
      if (records.length > 0 && (records.length >= maxRecords || bytes >= maxBytes)) {
        return { records, nextOffset: entry.record.offset, endOffset, bytes };
      }
      records.push(entry.record);
      bytes += entry.bytes;
    }
    return { records, nextOffset: Math.max(offset, endOffset), endOffset, bytes };
  }

  /** Everything committed. */
  committed(): LogRecord[] {
    const { stable } = this;
    return this.#entries.map(({ record }) => record).filter(({ offset }) => offset < stable);
  }

  /** Removes from the front what is too old or too much, up to `holdOffset`. */
  retain(spec: TopicSpec, nowMs: number, holdOffset: number): void {
    const oldestMs = spec.retentionMs === null ? Number.NEGATIVE_INFINITY : nowMs - spec.retentionMs;
    const shareBytes = spec.retentionBytes === null ? Number.POSITIVE_INFINITY : spec.retentionBytes / spec.partitions;
    const endOffset = Math.min(this.stable, holdOffset);
    let bytes = this.#entries.reduce((sum, entry) => sum + entry.bytes, 0);
    let count = 0;
    for (const entry of this.#entries) {
      const due = entry.record.timestampMs < oldestMs || bytes > shareBytes;
      if (!due || entry.record.offset >= endOffset) break;
      bytes -= entry.bytes;
      this.low = entry.record.offset + 1;
      count++;
    }
    this.#entries.splice(0, count);
  }

  /** Keeps the last record of each key, and tombstones that are not older than `oldestTombstoneMs`. */
  compact(oldestTombstoneMs: number): void {
    const { stable } = this;
    const last = new Map<string, number>();
    for (const { key, offset } of this.committed()) if (key !== null) last.set(textOf(key), offset);
    this.#entries = this.#entries.filter(({ record: { key, value, offset, timestampMs } }) => {
      if (offset >= stable || key === null) return true;
      return last.get(textOf(key)) === offset && (value !== null || timestampMs >= oldestTombstoneMs);
    });
  }

  #firstFrom(offset: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as Entry).record.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function copyOf(record: ProducerRecord, offset: number): LogRecord {
  return {
    key: record.key === null ? null : Buffer.from(record.key),
    value: record.value === null ? null : Buffer.from(record.value),
    headers: record.headers.map(({ name, value }) => ({ name, value: Buffer.from(value) })),
    timestampMs: record.timestampMs,
    offset,
  };
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
