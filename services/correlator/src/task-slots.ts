import type { CorrelationRules } from '@logweave/correlation';
import {
  type Consumer,
  EventLogError,
  type PollResult,
  type TransactionalProducer,
  isRetriable,
} from '@logweave/event-log';
import type { ServiceDeps } from '@logweave/service-kit';
import type { CorrelatorConfig } from './config.ts';
import type { CorrelatorMetrics, RestoreCause } from './metrics.ts';
import { Task } from './task.ts';
import { TaskInputs } from './task-inputs.ts';
import { type TaskPartitions, taskPartitions, transactionScope } from './task-partitions.ts';
import { InputGapError, restoreTask } from './task-restore.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
/** So many tasks are restored at the same time: one that has to wait for the log holds up nobody, and memory stays bounded. */
const MAX_RESTORES = 2;
/** What a poll brings at once: with no more to read a task has caught up. */
const NEAR_RECORDS = 10_000;
/**
 * A member that was fenced by another waits this long for the assignment that says so, a little more than a heartbeat,
 * before it tries again: mostly it was the coordinator that ended a transaction because it took too long.
 */
const AFTER_FENCING_MS = 4_000;

/** A partition that the group has given to this member: a task, or why there is none yet. */
export interface TaskSlot {
  readonly partitions: TaskPartitions;
  task: Task | null;
  /** Why the task is to be restored. */
  cause: RestoreCause;
  /** Of the monotonic clock; infinite: not again. */
  restoreAtMs: number;
  retryMs: number;
  problem: string | null;
  /** It has been near the ends of its inputs since it was restored. */
  caughtUp: boolean;
}

export interface TaskSlotsDeps extends Pick<ServiceDeps, 'eventLog' | 'clock' | 'log'> {
  readonly config: CorrelatorConfig;
  readonly rules: CorrelationRules;
  readonly consumer: Consumer;
  readonly metrics: CorrelatorMetrics;
  readonly deadLetterPartitions: number;
}

/** The tasks of this member: begun when partitions are gained, ended when they are lost, restored when they broke. */
export class TaskSlots {
  readonly #deps: TaskSlotsDeps;
  readonly #slots = new Map<number, TaskSlot>();
  /** By partition: of one that was lost and came back the two would shut each other out. */
  readonly #restoring = new Map<number, Promise<void>>();
  #restoreFailure: { readonly error: unknown } | null = null;

  constructor(deps: TaskSlotsDeps) {
    this.#deps = deps;
  }

  all(): readonly TaskSlot[] {
    return [...this.#slots.values()];
  }

  /** The tasks that work. */
  live(): Task[] {
    const tasks: Task[] = [];
    for (const { task } of this.#slots.values()) if (task !== null) tasks.push(task);
    return tasks;
  }

  task(partition: number): Task | null {
    return this.#slots.get(partition)?.task ?? null;
  }

  /** When the next restore is to begin; infinite when none is. One that ends wakes the consumer. */
  get nextRestoreMs(): number {
    let next = Number.POSITIVE_INFINITY;
    if (this.#restoring.size >= MAX_RESTORES) return next;
    for (const slot of this.#slots.values()) {
      if (slot.task === null && !this.#restoring.has(slot.partitions.index)) next = Math.min(next, slot.restoreAtMs);
    }
    return next;
  }

  async assign({ gained, lost }: Extract<PollResult, { kind: 'assignment' }>): Promise<void> {
    const { config, deadLetterPartitions } = this.#deps;
    for (const index of new Set(lost.map(({ partition }) => partition))) {
      const slot = this.#slots.get(index);
      this.#slots.delete(index);
      await slot?.task?.close();
      this.#deps.log.info({ partition: index }, 'task left');
    }
    for (const index of new Set(gained.map(({ partition }) => partition))) {
      this.#slots.set(index, {
        partitions: taskPartitions(config.topics, index, deadLetterPartitions),
        task: null,
        cause: 'gained',
        restoreAtMs: this.#deps.clock.monotonicMs(),
        retryMs: FIRST_RETRY_MS,
        problem: null,
        caughtUp: false,
      });
    }
  }

  /** Takes broken tasks out, to be restored. @throws what broke one for good */
  async removeBroken(): Promise<void> {
    for (const slot of this.#slots.values()) {
      const broken = slot.task?.broken ?? null;
      if (broken === null) continue;
      const error = broken.kind === 'fenced' ? null : broken.error;
      this.#deps.log.warn({ partition: slot.partitions.index, outcome: broken.kind, err: error }, 'commit failed');
      await this.restart(slot, broken.kind, broken.kind === 'fenced' ? AFTER_FENCING_MS : 0);
      if (broken.kind === 'error' && !isRetriable(error)) throw error;
    }
  }

  /** Throws a task's memory away; it is restored after the delay, an infinite one: never. */
  async restart(slot: TaskSlot, cause: RestoreCause, delayMs: number): Promise<void> {
    const { task } = slot;
    slot.task = null;
    slot.caughtUp = false;
    slot.cause = cause;
    slot.restoreAtMs = this.#deps.clock.monotonicMs() + delayMs;
    if (task !== null) {
      this.#deps.consumer.pause(task.partitions.inputs);
      await task.close();
    }
  }

  /**
   * Begins to restore tasks that are due, beside those that work: a log that is slow to answer must not hold these up.
   * @throws InputGapError and whatever else an earlier one met that does not pass by waiting
   */
  restoreDue(): void {
    if (this.#restoreFailure !== null) throw this.#restoreFailure.error;
    const nowMs = this.#deps.clock.monotonicMs();
    for (const slot of this.#slots.values()) {
      if (this.#restoring.size >= MAX_RESTORES) return;
      const { index } = slot.partitions;
      if (slot.task !== null || slot.restoreAtMs > nowMs || this.#restoring.has(index)) continue;
      const restoring = this.#restore(slot).finally(() => {
        this.#restoring.delete(index);
        this.#deps.consumer.wakeUp();
      });
      this.#restoring.set(index, restoring);
    }
  }

  /** Looks which tasks have come near the ends of their inputs. */
  noteProgress(): void {
    for (const slot of this.#slots.values()) {
      if (slot.caughtUp || slot.task === null) continue;
      slot.caughtUp = slot.task.inputs.lag(0) + slot.task.inputs.lag(1) <= NEAR_RECORDS;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#restoring.values());
    for (const task of this.live()) await task.close();
    this.#slots.clear();
  }

  async #restore(slot: TaskSlot): Promise<void> {
    const { clock, log, metrics } = this.#deps;
    const partition = slot.partitions.index;
    try {
      await this.#begin(slot);
    } catch (error) {
      if (!this.#has(slot)) return;
      if (error instanceof InputGapError) metrics.gaps.inc({ partition: String(partition), side: error.side });
      if (!isRetriable(error)) {
        this.#restoreFailure = { error };
        return;
      }
      slot.problem = error instanceof Error ? error.message : String(error);
      slot.restoreAtMs = clock.monotonicMs() + slot.retryMs;
      log.warn({ partition, err: error, retryMs: slot.retryMs }, 'task not restored');
      slot.retryMs = Math.min(LAST_RETRY_MS, slot.retryMs * 2);
    }
  }

  async #begin(slot: TaskSlot): Promise<void> {
    const { eventLog, config } = this.#deps;
    // Holding the id ends what a predecessor left open; only then do the committed offsets say the truth.
    const producer = await eventLog.transactionalProducer(
      `${config.transactionalIdPrefix}.${slot.partitions.index}`,
      transactionScope(config.group, slot.partitions),
    );
    try {
      slot.task = await this.#rebuild(slot, producer);
      slot.problem = null;
      slot.retryMs = FIRST_RETRY_MS;
    } finally {
      if (slot.task === null) await producer.close();
    }
  }

  /** Null when the partition has been lost meanwhile. */
  async #rebuild(slot: TaskSlot, producer: TransactionalProducer): Promise<Task | null> {
    const { eventLog, config, rules, consumer, metrics, clock, log } = this.#deps;
    const { partitions, cause } = slot;
    const beganMs = clock.monotonicMs();
    const { correlation, output, next, replayed } = await restoreTask(eventLog, config, rules, partitions);
    if (!this.#has(slot)) return null;
    try {
      for (const side of [0, 1] as const) consumer.seek(partitions.inputs[side], next[side]);
    } catch (error) {
      // The consumer knows of it first.
      if (error instanceof EventLogError && error.code === 'not_assigned') return null;
      throw error;
    }
    const inputs = new TaskInputs(consumer, partitions.inputs, correlation, clock, config.idleAfterMs);
    const { group } = config;
    const task = new Task({ partitions, group, correlation, output, inputs, producer, metrics, clock, next });
    metrics.restores.inc({ reason: cause });
    metrics.replayed.inc({ partition: String(partitions.index) }, replayed);
    const tookMs = Math.round(clock.monotonicMs() - beganMs);
    log.info(
      { partition: partitions.index, cause, replayed, held: correlation.heldEvents, next, tookMs },
      'task restored',
    );
    inputs.steer();
    return task;
  }

  /** Whether it is still one of this member's, and not a later one for the same partition. */
  #has(slot: TaskSlot): boolean {
    return this.#slots.get(slot.partitions.index) === slot;
  }
}
