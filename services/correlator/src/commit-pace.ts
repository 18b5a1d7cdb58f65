import type { Clock } from '@logweave/model';
import type { Task } from './task.ts';

/** Shortest time between transactions of a task: what a record waits at most for others. */
const INTERVAL_MS = 100;
/** Each task more makes it longer: the log has one disk for all of them. */
const INTERVAL_PER_TASK_MS = 10;
/** How often a task that reads nothing commits that its keys are done, so that a successor reads less again. */
const SHRINK_MS = 5_000;
/** How long a poll waits while events are held: silence has to close their windows. */
const HOLDING_WAIT_MS = 100;
/** How long it waits otherwise. */
const WAIT_MS = 500;
const OBSERVE_MS = 1_000;

/** When tasks commit. All that are due do so together, so that the log can write them in one go. */
export class CommitPace {
  readonly #clock: Clock;
  #nextMs = Number.NEGATIVE_INFINITY;
  #shrinkMs = Number.NEGATIVE_INFINITY;
  #observeMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins the transactions that are due. */
  beginDue(tasks: readonly Task[]): void {
    const nowMs = this.#clock.monotonicMs();
    const interval = nowMs >= this.#nextMs;
    const shrink = nowMs >= this.#shrinkMs;
    for (const task of tasks) {
      if (task.commitDue || (interval && task.dirty) || (shrink && task.rangeShrunk)) task.beginCommit();
    }
    if (interval) this.#nextMs = nowMs + INTERVAL_MS + INTERVAL_PER_TASK_MS * tasks.length;
    if (shrink) this.#shrinkMs = nowMs + SHRINK_MS;
  }

  /** How long the next poll may wait. */
  waitMs(tasks: readonly Task[]): number {
    if (tasks.some((task) => task.dirty)) return Math.max(1, this.#nextMs - this.#clock.monotonicMs());
    return tasks.some((task) => task.correlation.heldEvents > 0) ? HOLDING_WAIT_MS : WAIT_MS;
  }

  /** Whether gauges should be set again. */
  observeDue(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#observeMs) return false;
    this.#observeMs = nowMs + OBSERVE_MS;
    return true;
  }
}
