import { type Consumer, EventLogError, isRetriable, type PollResult, type TopicPartition } from '@logweave/event-log';
import type { ServiceDeps } from '../service.ts';
import type { Broken } from './broken.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
/**
 * A member that was fenced by another waits this long for the assignment that says so, a little more than a heartbeat,
 * before it tries again: mostly it was the coordinator that ended a transaction because it took too long.
 */
const AFTER_FENCING_MS = 4_000;

/** Why a task begins: its partition was gained, the one before broke, or its input had ended. */
export type BeginCause = 'gained' | Broken['kind'] | 'ended';

/** What works on a partition: it reads its inputs, and holds what it has not committed in memory. */
export interface PartitionWork {
  readonly broken: Broken | null;
  /** Leaves what is not committed to a successor. */
  close(): Promise<void>;
}

/** A partition that the group has given to this member: a task, or why there is none yet. */
export interface TaskSlot<Partitions, Task> {
  readonly partitions: Partitions;
  task: Task | null;
  cause: BeginCause;
  /** Of the monotonic clock; infinite: not again. */
  beginAtMs: number;
  retryMs: number;
  problem: string | null;
}

export interface TaskSlotsDeps<Partitions, Task> extends Pick<ServiceDeps, 'clock' | 'log'> {
  readonly consumer: Pick<Consumer, 'pause' | 'wakeUp'>;
  /** How many tasks begin at the same time. */
  readonly mostBeginning: number;
  partitionsOf(partition: number): Partitions;
  inputsOf(partitions: Partitions): readonly TopicPartition[];
  /**
   * Begins a task behind what was committed, its inputs paused and at their positions. Null when the partition has been
   * lost meanwhile, as `isOurs` tells.
   */
  begin(partitions: Partitions, cause: BeginCause, isOurs: () => boolean): Promise<Task | null>;
  /** Lets the inputs of a task go on. It stands in its slot by now: what is read finds it. */
  activate(task: Task): void;
  /** A beginning has failed, for good or to be tried again. */
  failed(error: unknown): void;
}

/** The tasks of one consumer: begun when partitions are gained, ended when they are lost, begun anew when they broke. */
export class TaskSlots<Partitions, Task extends PartitionWork> {
  readonly #deps: TaskSlotsDeps<Partitions, Task>;
  /** By partition. */
  readonly #slots = new Map<number, TaskSlot<Partitions, Task>>();
  /** By partition: of one that was lost and came back the two would shut each other out. */
  readonly #beginning = new Map<number, Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  constructor(deps: TaskSlotsDeps<Partitions, Task>) {
    this.#deps = deps;
  }

  all(): readonly TaskSlot<Partitions, Task>[] {
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

  /** When the next task is to begin; infinite when none is. One that has begun wakes the consumer. */
  get nextBeginMs(): number {
    let next = Number.POSITIVE_INFINITY;
    if (this.#beginning.size >= this.#deps.mostBeginning) return next;
    for (const [partition, { task, beginAtMs }] of this.#slots) {
      if (task === null && !this.#beginning.has(partition)) next = Math.min(next, beginAtMs);
    }
    return next;
  }

  async assign({ gained, lost }: Extract<PollResult, { kind: 'assignment' }>): Promise<void> {
    const { clock, log } = this.#deps;
    for (const partition of new Set(lost.map((input) => input.partition))) {
      const slot = this.#slots.get(partition);
      this.#slots.delete(partition);
      await slot?.task?.close();
      if (slot !== undefined) log.info(this.#named(slot), 'task left');
    }
    for (const partition of new Set(gained.map((input) => input.partition))) {
      this.#slots.set(partition, {
        partitions: this.#deps.partitionsOf(partition),
        task: null,
        cause: 'gained',
        beginAtMs: clock.monotonicMs(),
        retryMs: FIRST_RETRY_MS,
        problem: null,
      });
    }
  }

  /** Takes broken tasks out, to be begun anew. @throws what broke one for good */
  async removeBroken(): Promise<void> {
    for (const slot of this.#slots.values()) {
      const broken = slot.task?.broken ?? null;
      if (broken === null) continue;
      const error = broken.kind === 'fenced' ? null : broken.error;
      this.#deps.log.warn({ ...this.#named(slot), outcome: broken.kind, err: error }, 'commit failed');
      await this.restart(slot, broken.kind, broken.kind === 'fenced' ? AFTER_FENCING_MS : 0);
      if (broken.kind === 'error' && !isRetriable(error)) throw error;
    }
  }

  /** Throws a task's memory away; it begins anew after the delay, an infinite one: never. */
  async restart(slot: TaskSlot<Partitions, Task>, cause: BeginCause, delayMs: number): Promise<void> {
    const { task } = slot;
    slot.task = null;
    slot.cause = cause;
    slot.beginAtMs = this.#deps.clock.monotonicMs() + delayMs;
    if (task === null) return;
    this.#deps.consumer.pause(this.#deps.inputsOf(slot.partitions));
    await task.close();
  }

  /**
   * Begins tasks that are due, beside those that work: a log that is slow to answer must not hold these up.
   * @throws whatever an earlier one met that does not pass by waiting
   */
  beginDue(): void {
    if (this.#failure !== null) throw this.#failure.error;
    const nowMs = this.#deps.clock.monotonicMs();
    for (const [partition, slot] of this.#slots) {
      if (this.#beginning.size >= this.#deps.mostBeginning) return;
      if (slot.task !== null || slot.beginAtMs > nowMs || this.#beginning.has(partition)) continue;
      const beginning = this.#begin(partition, slot).finally(() => {
        this.#beginning.delete(partition);
        this.#deps.consumer.wakeUp();
      });
      this.#beginning.set(partition, beginning);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#beginning.values());
    for (const task of this.live()) await task.close();
    this.#slots.clear();
  }

  async #begin(partition: number, slot: TaskSlot<Partitions, Task>): Promise<void> {
    const { clock, log } = this.#deps;
    // A later slot of the same partition is another one.
    const isOurs = (): boolean => this.#slots.get(partition) === slot;
    try {
      const task = await this.#deps.begin(slot.partitions, slot.cause, isOurs);
      if (task === null) return;
      if (!isOurs()) {
        await task.close();
        return;
      }
      if (!(await this.#activate(slot, task))) return;
      slot.problem = null;
      slot.retryMs = FIRST_RETRY_MS;
    } catch (error) {
      if (!isOurs()) return;
      this.#deps.failed(error);
      if (!isRetriable(error)) {
        this.#failure = { error };
        return;
      }
      slot.problem = error instanceof Error ? error.message : String(error);
      slot.beginAtMs = clock.monotonicMs() + slot.retryMs;
      log.warn({ ...this.#named(slot), err: error, retryMs: slot.retryMs }, 'task not begun');
      slot.retryMs = Math.min(LAST_RETRY_MS, slot.retryMs * 2);
    }
  }

  /** False, and the task closed, when the partition has been lost meanwhile, which the consumer knows first. */
  async #activate(slot: TaskSlot<Partitions, Task>, task: Task): Promise<boolean> {
    // Before its inputs go on: a batch that found no task would be lost.
    slot.task = task;
    try {
      this.#deps.activate(task);
      return true;
    } catch (error) {
      slot.task = null;
      await task.close();
      if (error instanceof EventLogError && error.code === 'not_assigned') return false;
      throw error;
    }
  }

  #named(slot: TaskSlot<Partitions, Task>): { readonly inputs: readonly string[] } {
    return { inputs: this.#deps.inputsOf(slot.partitions).map(({ topic, partition }) => `${topic}/${partition}`) };
  }
}
