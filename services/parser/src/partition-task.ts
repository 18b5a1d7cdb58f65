import type { Consumer, RecordBatch } from '@logweave/event-log';
import type { Broken, PartitionWork } from '@logweave/service-kit';
import { type CommitParts, commitOutput, type TaskPartitions } from './partition-commit.ts';
import type { PendingOutput } from './pending-output.ts';
import { readIncomingLog } from './incoming-log.ts';
import { type LogOutcome, type ProcessLogDeps, processLog, type ReadyResult } from './process-log.ts';

/** Logs and output bytes after which a commit is due before its time. */
const COMMIT_LOGS = 10_000;
const COMMIT_BYTES = 4 * 1024 * 1024;
/** Output that may wait while a commit is under way; beyond it the task takes nothing more. */
const WAITING_BYTES = 4 * COMMIT_BYTES;

export interface TaskParts extends CommitParts {
  readonly consumer: Pick<Consumer, 'pause' | 'resume' | 'seek'>;
  readonly deps: ProcessLogDeps;
  readonly output: PendingOutput;
  /** Where the input stands. */
  readonly next: number;
}

/** With the time that another thread has spent on it. */
export interface TimedResult extends ReadyResult {
  readonly tookMs: number;
}

/** The log at which a task waits. */
export interface Hold {
  readonly logType: string;
  readonly why: string;
}

/**
 * One input partition, live: logs in, transactions out. One transaction is under way at a time, and the next one gathers
 * meanwhile. When one ends in anything but a commit the memory is void: `broken` says so, and the task is begun anew from what
 * was committed.
 */
export class PartitionTask implements PartitionWork {
  readonly partitions: TaskPartitions;
  broken: Broken | null = null;
  /** Set while the next log has to wait for another parser. */
  held: Hold | null = null;
  readonly #parts: TaskParts;
  readonly #output: PendingOutput;
  #next: number;
  #moved = false;
  #underWay: Promise<void> | null = null;

  constructor(parts: TaskParts) {
    this.#parts = parts;
    this.partitions = parts.partitions;
    this.#output = parts.output;
    this.#next = parts.next;
  }

  /** Lets the input go on. */
  activate(): void {
    this.#parts.consumer.resume([this.partitions.input]);
  }

  /** Decides what becomes of each log of the batch. `ready`: what is made already, by place in the batch. */
  take(batch: RecordBatch, ready: readonly (TimedResult | null)[] = []): void {
    // What came for a position behind the hold is read again.
    if (this.held !== null) return;
    const { deps, from, partitions, clock, metrics, consumer } = this.#parts;
    for (const [at, record] of batch.records.entries()) {
      // Few logs can make many events: what does not fit is read again when these are committed.
      if (this.full) {
        consumer.seek(partitions.input, record.offset);
        return;
      }
      const beganMs = clock.monotonicMs();
      const done = ready[at] ?? null;
      const outcome = processLog(deps, readIncomingLog(record, partitions.input, from.logType), done);
      if (outcome.kind === 'held') {
        this.#hold(record.offset, outcome);
        return;
      }
      if (outcome.serving !== null) {
        const logType = outcome.serving.logType;
        const tookMs = clock.monotonicMs() - beganMs + (done?.tookMs ?? 0);
        metrics.parseSeconds.observe({ log_type: logType }, tookMs / 1000);
      }
      this.#output.add(record, outcome);
      this.#moveTo(record.offset + 1);
    }
    this.#moveTo(batch.nextOffset);
  }

  /** Goes on when the log type that it waits for is served again. */
  recheckHold(): void {
    const { held } = this;
    if (held === null) return;
    const serving = this.#parts.deps.parsers.of(held.logType);
    if (serving !== null && serving.held !== null) return;
    this.held = null;
    this.activate();
  }

  /** Something was read or decided that is not committed. */
  get dirty(): boolean {
    return this.#moved;
  }

  /** So much waits that it should not wait for the interval. */
  get commitDue(): boolean {
    return this.#output.logs >= COMMIT_LOGS || this.#output.bytes >= COMMIT_BYTES;
  }

  /** So much waits that the task must not be given more before a commit has ended. */
  get full(): boolean {
    return this.#output.bytes >= WAITING_BYTES;
  }

  /** Begins a transaction with all that waits, unless one is under way. */
  beginCommit(): void {
    if (this.#underWay !== null || this.broken !== null) return;
    this.#moved = false;
    this.#underWay = commitOutput(this.#parts, this.#output.take(), this.#next)
      .then((broken) => {
        this.broken = broken;
      })
      .finally(() => {
        this.#underWay = null;
      });
  }

  /** Waits for the transaction that is under way. */
  async settled(): Promise<void> {
    await this.#underWay;
  }

  /** Leaves what is not committed to a successor. */
  async close(): Promise<void> {
    await this.settled();
    await this.#parts.producer.close();
  }

  #hold(offset: number, { logType, why }: Extract<LogOutcome, { kind: 'held' }>): void {
    const { consumer } = this.#parts;
    this.held = { logType, why };
    consumer.pause([this.partitions.input]);
    consumer.seek(this.partitions.input, offset);
    this.#moveTo(offset);
  }

  #moveTo(offset: number): void {
    if (offset === this.#next) return;
    this.#next = offset;
    this.#moved = true;
  }
}
