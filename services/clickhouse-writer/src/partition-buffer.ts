import type { LogRecord, RecordBatch } from '@logweave/event-log';
import type { PlannedRange } from './plan.ts';

interface Held {
  readonly record: LogRecord;
  /** Monotonic moment of the poll that brought it. */
  readonly receivedMs: number;
}

/** Records of one partition that were read and not yet inserted, in the order of offsets. */
export class PartitionBuffer {
  #held: Held[] = [];
  #bytes = 0;
  #nextOffset: number;

  /** @param position the offset of the first record to come. */
  constructor(position: number) {
    this.#nextOffset = position;
  }

  get rows(): number {
    return this.#held.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Everything below this was read: it is held here, or was inserted, or is no record. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** When the oldest record came, or null when there is none. */
  get oldestReceivedMs(): number | null {
    return this.#held[0]?.receivedMs ?? null;
  }

  add(batch: RecordBatch, receivedMs: number): void {
    for (const record of batch.records) {
      if (record.offset < this.#nextOffset) continue;
      this.#held.push({ record, receivedMs });
      this.#bytes += sizeOf(record);
    }
    this.#nextOffset = Math.max(this.#nextOffset, batch.nextOffset);
  }

  /** The range of the first records up to the limits; at least one. Null when there is none. */
  cut(maxRows: number, maxBytes: number): PlannedRange | null {
    const first = this.#held[0];
    if (first === undefined) return null;
    let bytes = sizeOf(first.record);
    let count = 1;
    while (count < this.#held.length && count < maxRows) {
      bytes += sizeOf((this.#held[count] as Held).record);
      if (bytes > maxBytes) break;
      count++;
    }
    const last = this.#held[count - 1] as Held;
    return { firstOffset: first.record.offset, lastOffset: last.record.offset, fromRaw: false };
  }

  /** The records of a range, which begins at the first held one or later. */
  records(range: PlannedRange): readonly LogRecord[] {
    const found: LogRecord[] = [];
    for (const { record } of this.#held) {
      if (record.offset > range.lastOffset) break;
      if (record.offset >= range.firstOffset) found.push(record);
    }
    return found;
  }

  /** Forgets the records up to and including an offset. */
  drop(lastOffset: number): void {
    let count = 0;
    for (const { record } of this.#held) {
      if (record.offset > lastOffset) break;
      this.#bytes -= sizeOf(record);
      count++;
    }
    this.#held = this.#held.slice(count);
  }
}

// What a record costs beside its value: objects, headers, key.
const RECORD_OVERHEAD_BYTES = 200;

function sizeOf(record: LogRecord): number {
  return (record.value?.length ?? 0) + (record.key?.length ?? 0) + RECORD_OVERHEAD_BYTES;
}
