import type { AppendBatch, ProducerRecord } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import type { RecordSink, TargetTopic } from './record-sink.ts';

/**
 * As long as each turn of the event loop brings more, the append waits for the next turn, so that a log which syncs to
 * disk does so for many records: until it holds this much, or for so many turns.
 */
const GATHERED_BYTES = 4 * 1024 * 1024;
const GATHERING_TURNS = 16;
/** Appends under way at the same time: one is being written while the next one is on its way. */
const MAX_APPENDS = 2;
/**
 * From one append to the next at least. A trickle of lines would else have a transaction, and a sync to disk, for each; the
 * first after a pause does not wait.
 */
const APPEND_INTERVAL_MS = 10;
/** What a record costs beside its bytes: objects here, headers and framing in the log. */
const RECORD_OVERHEAD_BYTES = 256;

/** Takes records into the log, or into something that will. */
export interface Appender {
  append(batches: readonly AppendBatch[]): Promise<unknown>;
}

export interface AppendQueueDeps {
  readonly producer: Appender;
  readonly clock: Clock;
  readonly maxHeldBytes: number;
}

export interface AppendQueueEvents {
  /** More is held than may be: read no further until `room`. */
  full(): void;
  room(): void;
  /** An append of so many records has been acknowledged. */
  appended(records: number): void;
  /** The log has refused an append for good; what it held is not in the log. */
  failed(error: Error): void;
}

/**
 * Collects the records of a turn of the event loop or a few, and of the time in which the log is busy, into one append
 * with one batch per partition. Records added for a partition keep their order.
 */
export class AppendQueue implements RecordSink {
  readonly #producer: Appender;
  readonly #clock: Clock;
  readonly #maxHeldBytes: number;
  readonly #events: AppendQueueEvents;
  readonly #open = new Map<TargetTopic, (ProducerRecord[] | undefined)[]>();
  #pendingBatches: { readonly topic: string; readonly partition: number; readonly records: ProducerRecord[] }[] = [];
  #pendingBytes = 0;
  #pendingRecords = 0;
  #heldBytes = 0;
  #appends = 0;
  #flushDue = false;
  #lastAppendMs = Number.NEGATIVE_INFINITY;
  #full = false;
  #failed = false;
  #whenEmpty: (() => void)[] = [];

  constructor({ producer, clock, maxHeldBytes }: AppendQueueDeps, events: AppendQueueEvents) {
    this.#producer = producer;
    this.#clock = clock;
    this.#maxHeldBytes = maxHeldBytes;
    this.#events = events;
  }

  /** Bytes that the log has not acknowledged, with an estimate of what records cost beside their own. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isFull(): boolean {
    return this.#full;
  }

  /** Takes a record in, also when full: whoever adds looks at `isFull` before reading more. */
  add(topic: TargetTopic, partition: number, record: ProducerRecord): void {
    let partitions = this.#open.get(topic);
    if (partitions === undefined) {
      partitions = [];
      this.#open.set(topic, partitions);
    }
    let records = partitions[partition];
    if (records === undefined) {
      records = [];
      partitions[partition] = records;
      this.#pendingBatches.push({ topic: topic.name, partition, records });
    }
    records.push(record);
    const bytes = (record.value?.length ?? 0) + (record.key?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    this.#pendingBytes += bytes;
    this.#heldBytes += bytes;
    this.#pendingRecords++;
    if (!this.#flushDue) {
      this.#flushDue = true;
      this.#gather(0, 0);
    }
    if (!this.#full && this.#heldBytes > this.#maxHeldBytes) {
      this.#full = true;
      this.#events.full();
    }
  }

  /** Resolves when the log has acknowledged everything, or when it has failed. */
  drained(): Promise<void> {
    if (this.#heldBytes === 0 || this.#failed) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #gather(turns: number, recordsBefore: number): void {
    setImmediate(() => {
      const grew = this.#pendingRecords > recordsBefore;
      if (grew && turns < GATHERING_TURNS && this.#pendingBytes < GATHERED_BYTES) {
        this.#gather(turns + 1, this.#pendingRecords);
      } else {
        this.#flushInTime();
      }
    });
  }

  #flushInTime(): void {
    const waitMs = this.#lastAppendMs + APPEND_INTERVAL_MS - this.#clock.monotonicMs();
    if (waitMs > 0 && this.#pendingBytes < GATHERED_BYTES) {
      this.#clock.schedule(waitMs, () => this.#flushDueNow());
    } else {
      this.#flushDueNow();
    }
  }

  #flushDueNow(): void {
    this.#flushDue = false;
    this.#flush();
  }

  #flush(): void {
    // What waits for a busy log goes with the append after it.
    if (this.#pendingRecords === 0 || this.#appends >= MAX_APPENDS || this.#failed) return;
    const batches: readonly AppendBatch[] = this.#pendingBatches;
    const bytes = this.#pendingBytes;
    const records = this.#pendingRecords;
    this.#open.clear();
    this.#pendingBatches = [];
    this.#pendingBytes = 0;
    this.#pendingRecords = 0;
    this.#appends++;
    this.#lastAppendMs = this.#clock.monotonicMs();
    this.#producer.append(batches).then(
      () => this.#acknowledged(bytes, records),
      (error: unknown) => this.#refused(error),
    );
  }

  #acknowledged(bytes: number, records: number): void {
    this.#appends--;
    this.#heldBytes -= bytes;
    this.#events.appended(records);
    if (!this.#flushDue) this.#flush();
    if (this.#full && this.#heldBytes <= this.#maxHeldBytes / 2) {
      this.#full = false;
      this.#events.room();
    }
    if (this.#heldBytes === 0) this.#release();
  }

  #refused(error: unknown): void {
    this.#appends--;
    this.#failed = true;
    this.#events.failed(error instanceof Error ? error : new Error(String(error)));
    this.#release();
  }

  #release(): void {
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
