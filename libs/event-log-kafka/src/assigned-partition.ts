import type { EventLogError, LogRecord, RecordBatch, TopicPartition } from '@logweave/event-log';

/** Records that were fetched together and not delivered yet. */
interface Fetched {
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
  readonly endOffset: number;
  /** What the records keep in memory. */
  readonly bytes: number;
}

/** One assigned partition: what was fetched of it ahead, and how far it was delivered. */
export class AssignedPartition {
  readonly topicPartition: TopicPartition;
  readonly index: number;
  /** Of the next record to deliver, and of the next to fetch. */
  position: number;
  fetchPosition: number;
  paused: boolean;
  /** The stable end as last seen, and when that was. */
  endOffset: number | undefined = undefined;
  endSeenMs = Number.NEGATIVE_INFINITY;
  /** Behind the stable end stands what belongs to a transaction that has not ended. */
  hasPending = false;
  /** Rises when what is under way does not count any more. */
  epoch = 0;
  /** Why fetching has stopped; a seek clears it. */
  error: EventLogError | null = null;
  fetching = false;
  queuedBytes = 0;
  readonly #queue: Fetched[] = [];

  constructor(topicPartition: TopicPartition, position: number, paused: boolean) {
    this.topicPartition = topicPartition;
    this.index = topicPartition.partition;
    this.position = position;
    this.fetchPosition = position;
    this.paused = paused;
  }

  seek(offset: number): void {
    this.position = offset;
    this.fetchPosition = offset;
    this.epoch++;
    this.error = null;
    this.queuedBytes = 0;
    this.#queue.length = 0;
  }

  /** Takes what was fetched from `fetchPosition` on. */
  put(fetched: Fetched): void {
    this.endOffset = fetched.endOffset;
    if (fetched.nextOffset === this.fetchPosition) return;
    this.fetchPosition = fetched.nextOffset;
    this.queuedBytes += fetched.bytes;
    this.#queue.push(fetched);
  }

  get hasRecords(): boolean {
    return this.#queue.length > 0;
  }

  /** The next records, at most so many, as one batch. */
  deliver(maxRecords: number): RecordBatch | null {
    const first = this.#queue[0];
    if (first === undefined) return null;
    const fetchedOffset = this.position;
    const whole = first.records.length <= maxRecords;
    const records = whole ? first.records : first.records.slice(0, maxRecords);
    const nextOffset = whole ? first.nextOffset : (records.at(-1) as LogRecord).offset + 1;
    if (whole) {
      this.#queue.shift();
      this.queuedBytes -= first.bytes;
    } else {
      this.#queue[0] = { ...first, records: first.records.slice(maxRecords) };
    }
    this.position = nextOffset;
    return { ...this.topicPartition, records, fetchedOffset, nextOffset, endOffset: this.endOffset ?? first.endOffset };
  }
}
