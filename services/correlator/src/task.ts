import { type Correlation, encodeCommitMetadata, type SideIndex } from '@logweave/correlation';
import type { RecordBatch, TransactionalProducer } from '@logweave/event-log';
import { type Clock, LIMITS, reject, SIDES, type Side } from '@logweave/model';
import type { Broken, PartitionWork } from '@logweave/service-kit';
import { type CorrelatorMetrics, type CountSnapshot, TaskMeter, takeSnapshot } from './metrics.ts';
import type { PendingOutput } from './pending-output.ts';
import { commitTransaction, type TaskTransaction } from './task-commit.ts';
import type { TaskInputs } from './task-inputs.ts';
import type { TaskPartitions } from './task-partitions.ts';

const EMPTY = new Uint8Array(0);

/** Input records and output bytes after which a commit is due before its time. */
const COMMIT_RECORDS = 20_000;
const COMMIT_BYTES = 4 * 1024 * 1024;
/** Output that may wait while a commit is under way; beyond it the task takes nothing more. */
const WAITING_BYTES = 4 * COMMIT_BYTES;
/** What a poll brings at once: with no more to read a task has caught up. */
const NEAR_RECORDS = 10_000;

export interface TaskParts {
  readonly partitions: TaskPartitions;
  readonly group: string;
  readonly correlation: Correlation;
  readonly output: PendingOutput;
  readonly inputs: TaskInputs;
  readonly producer: TransactionalProducer;
  readonly metrics: CorrelatorMetrics;
  readonly clock: Clock;
  /** Where both inputs stand. */
  readonly next: readonly [number, number];
}

/**
 * The join of one partition, live: records in, transactions out. One transaction is under way at a time, and the next
 * one gathers meanwhile. When one ends in anything but a commit the whole memory is void: `broken` says so, and the task
 * is to be restored from the log.
 */
export class Task implements PartitionWork {
  readonly partitions: TaskPartitions;
  readonly correlation: Correlation;
  readonly inputs: TaskInputs;
  broken: Broken | null = null;
  /** It has been near the ends of its inputs once. */
  caughtUp = false;
  readonly #parts: TaskParts;
  readonly #output: PendingOutput;
  readonly #meter: TaskMeter;
  readonly #next: [number, number];
  /** The position of an input, since the last commit began. */
  #moved = false;
  #recordsTaken = 0;
  #committedOffsets: readonly [number, number];
  #underWay: Promise<void> | null = null;

  constructor(parts: TaskParts) {
    this.#parts = parts;
    this.partitions = parts.partitions;
    this.correlation = parts.correlation;
    this.inputs = parts.inputs;
    this.#output = parts.output;
    this.#next = [...parts.next];
    this.#committedOffsets = parts.correlation.commitPoint().offsets;
    this.#meter = new TaskMeter(parts.metrics, parts.partitions.index, takeSnapshot(parts.correlation));
  }

  /** The position behind all that was taken of an input. */
  next(side: SideIndex): number {
    return this.#next[side];
  }

  /** Takes records of one of the inputs; nothing is decided before `advance`. */
  take(batch: RecordBatch): void {
    const side: SideIndex = batch.topic === this.partitions.inputs[0].topic ? 0 : 1;
    const { correlation } = this;
    if (batch.records.length > 0) this.inputs.came(side);
    for (const record of batch.records) {
      const { offset, timestampMs } = record;
      const value = record.value ?? EMPTY;
      if (value.length > LIMITS.sourceLineBytes) {
        // Two of these would not fit into a result record. The engine counts it and moves on; the reason is ours.
        correlation.add(side, offset, timestampMs, EMPTY, 0, 0);
        const message = `the record has ${value.length} bytes; a source line has at most ${LIMITS.sourceLineBytes}`;
        this.#output.deadLetter(side, record, reject('record_too_large', message));
        continue;
      }
      const rejection = correlation.add(side, offset, timestampMs, value, 0, value.length);
      if (rejection !== null) this.#output.deadLetter(side, record, rejection);
    }
    // Also over marks of transactions, which are no records: who looks at the lag sees it come to an end.
    correlation.skipTo(side, batch.nextOffset);
    this.#moved ||= this.#next[side] !== batch.nextOffset;
    this.#next[side] = batch.nextOffset;
    this.#recordsTaken += batch.records.length;
  }

  /** Decides what has passed, and lets the inputs wait or go on. */
  advance(): void {
    this.correlation.advance(this.inputs.observeSilence());
    this.inputs.steer();
    this.caughtUp ||= this.inputs.lag(0) + this.inputs.lag(1) <= NEAR_RECORDS;
  }

  /** Begins to read. */
  activate(): void {
    this.inputs.steer();
  }

  /** Nothing will be added: everything is decided. */
  end(): void {
    this.correlation.end();
  }

  /** Whether something was read or decided that is not committed. */
  get dirty(): boolean {
    return this.#moved || !this.#output.empty;
  }

  /** So much waits that it should not wait for the interval. */
  get commitDue(): boolean {
    return this.#recordsTaken >= COMMIT_RECORDS || this.#output.bytes >= COMMIT_BYTES;
  }

  /** So much waits that the task must not be given more before a commit has ended. */
  get full(): boolean {
    return this.#output.bytes >= WAITING_BYTES;
  }

  /** Keys have become clean since: a commit would shorten what a successor reads again. */
  get rangeShrunk(): boolean {
    const { offsets } = this.correlation.commitPoint();
    return offsets[0] !== this.#committedOffsets[0] || offsets[1] !== this.#committedOffsets[1];
  }

  /** Begins a transaction with all that waits, unless one is under way. */
  beginCommit(): void {
    if (this.#underWay !== null || this.broken !== null) return;
    const stateRecords = this.correlation.takeStateRecords();
    const { offsets, metadata } = this.correlation.commitPoint();
    this.#begin({ ...this.#output.take(), stateRecords, offsets, metadata });
  }

  /**
   * Commits the end of the input, after `end`: whoever comes next begins anew behind it, with no time of its own.
   * Resolves when it has ended; `broken` tells how.
   */
  async commitEnd(): Promise<void> {
    await this.settled();
    if (this.broken !== null) return;
    const stateRecords = this.correlation.takeStateRecords();
    this.#begin({ ...this.#output.take(), stateRecords, ...beginningAt(this.#next) });
    await this.settled();
  }

  /** Sets the gauges that follow from where the task stands. */
  observe(): void {
    const { metrics, clock } = this.#parts;
    const partition = String(this.partitions.index);
    const { watermark } = this.correlation;
    if (Number.isFinite(watermark.ms)) {
      metrics.watermarkLag.set({ partition }, Math.max(0, clock.wallMs() - watermark.ms) / 1000);
    }
    for (const index of [0, 1] as const) {
      const labels = { partition, side: SIDES[index] as Side };
      const lag = this.inputs.lag(index);
      if (Number.isFinite(lag)) metrics.lag.set(labels, lag);
      metrics.idle.set(labels, watermark.inputs[index].idle ? 1 : 0);
      metrics.paused.set(labels, this.inputs.paused[index] ? 1 : 0);
    }
  }

  /** Waits for the transaction that is under way. */
  async settled(): Promise<void> {
    await this.#underWay;
  }

  /** Leaves what is not committed to a successor. */
  async close(): Promise<void> {
    await this.settled();
    this.#meter.released();
    await this.#parts.producer.close();
  }

  #begin(transaction: TaskTransaction): void {
    this.#recordsTaken = 0;
    this.#moved = false;
    const snapshot = takeSnapshot(this.correlation);
    this.#underWay = this.#commit(transaction, snapshot).finally(() => {
      this.#underWay = null;
    });
  }

  async #commit(transaction: TaskTransaction, snapshot: CountSnapshot): Promise<void> {
    this.broken = await commitTransaction(this.#parts, transaction);
    if (this.broken !== null) return;
    this.#committedOffsets = transaction.offsets;
    this.#meter.committed(snapshot);
  }
}

/** The commit of a task that knows nothing and goes on from these positions. */
export function beginningAt(next: readonly [number, number]): {
  readonly offsets: readonly [number, number];
  readonly metadata: readonly [string, string];
} {
  const metadata = (position: number): string =>
    encodeCommitMetadata({
      next: position,
      watermarkMs: Number.NEGATIVE_INFINITY,
      watermarkNs: 0,
      inputMs: Number.NEGATIVE_INFINITY,
      inputNs: 0,
    });
  return { offsets: [next[0], next[1]], metadata: [metadata(next[0]), metadata(next[1])] };
}
