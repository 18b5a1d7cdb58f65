import type { Correlation, SideIndex } from '@logweave/correlation';
import type { Consumer, TopicPartition } from '@logweave/event-log';
import type { Clock } from '@logweave/model';

/**
 * How far in event time one input may run ahead of another that has more to read. Far enough that live traffic is never
 * paused for it, near enough that catching up holds little more than live operation.
 */
const AHEAD_MS = 1000;

/**
 * The longest time between two looks that counts as silence. A process that was busy for longer (it restored other tasks,
 * or was stopped) kept the sources from being read: that it saw nothing does not mean that nothing came.
 */
const LONGEST_STEP_MS = 250;

const SIDES: readonly SideIndex[] = [0, 1];

/** The two inputs of a task: which is silent, and which has to wait for the other. */
export class TaskInputs {
  /** Paused as the consumer has them. */
  readonly paused: [boolean, boolean] = [true, true];
  readonly #consumer: Consumer;
  readonly #partitions: readonly [TopicPartition, TopicPartition];
  readonly #correlation: Correlation;
  readonly #clock: Clock;
  readonly #idleAfterMs: number;
  /** How long nothing came, as far as somebody was there to see it. */
  readonly #silentMs: [number, number] = [0, 0];
  readonly #cameSince: [boolean, boolean] = [false, false];
  #observedMs: number;

  /** Inputs begin paused, as new ones of the consumer do. */
  constructor(
    consumer: Consumer,
    partitions: readonly [TopicPartition, TopicPartition],
    correlation: Correlation,
    clock: Clock,
    idleAfterMs: number,
  ) {
    this.#consumer = consumer;
    this.#partitions = partitions;
    this.#correlation = correlation;
    this.#clock = clock;
    this.#idleAfterMs = idleAfterMs;
    this.#observedMs = clock.monotonicMs();
  }

  /** Records to read, or not known to be none. */
  lag(side: SideIndex): number {
    const partition = this.#partitions[side];
    const end = this.#consumer.endOffset(partition);
    return end === undefined ? Number.POSITIVE_INFINITY : Math.max(0, end - this.#consumer.position(partition));
  }

  came(side: SideIndex): void {
    this.#cameSince[side] = true;
    this.#correlation.setIdle(side, false);
  }

  /** Tells the engine which input is idle; how long ago the last record came. */
  observeSilence(): number {
    const nowMs = this.#clock.monotonicMs();
    const stepMs = Math.min(nowMs - this.#observedMs, LONGEST_STEP_MS);
    this.#observedMs = nowMs;
    for (const side of SIDES) {
      // Silence is known only of a log that says there is nothing: one that is away may have let senders wait.
      const silent = !this.#cameSince[side] && this.lag(side) === 0;
      this.#silentMs[side] = silent ? this.#silentMs[side] + stepMs : 0;
      this.#cameSince[side] = false;
      this.#correlation.setIdle(side, silent && this.#silentMs[side] >= this.#idleAfterMs);
    }
    return Math.min(...this.#silentMs);
  }

  /** Pauses and resumes. */
  steer(): void {
    for (const side of SIDES) {
      const wait = this.#runsAhead(side) || this.#correlation.shouldPause(side);
      if (wait === this.paused[side]) continue;
      this.paused[side] = wait;
      if (wait) this.#consumer.pause([this.#partitions[side]]);
      else this.#consumer.resume([this.#partitions[side]]);
    }
  }

  #runsAhead(side: SideIndex): boolean {
    const other: SideIndex = side === 0 ? 1 : 0;
    if (this.lag(other) === 0) return false;
    const { inputs } = this.#correlation.watermark;
    // Nothing shown yet is minus infinity; of two such neither is ahead.
    return inputs[side].ms > inputs[other].ms + AHEAD_MS;
  }
}
