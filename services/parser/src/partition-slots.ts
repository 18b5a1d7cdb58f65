import { type PollResult, type TopicPartition, isRetriable } from '@logweave/event-log';
import { type BeginTaskDeps, beginTask, LogGapError } from './begin-task.ts';
import type { RestoreCause } from './metrics.ts';
import type { TaskPartitions } from './partition-commit.ts';
import type { PartitionTask } from './partition-task.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
/** A member that was fenced by another waits for the assignment that says so, a little more than a heartbeat, before it tries again. */
const AFTER_FENCING_MS = 4_000;

/** A partition that the group has given to this member: a task, or why there is none yet. */
export interface PartitionSlot {
  readonly partitions: TaskPartitions;
  task: PartitionTask | null;
  cause: RestoreCause;
  /** Of the monotonic clock. */
  beginAtMs: number;
  retryMs: number;
  problem: string | null;
}

export interface PartitionSlotsDeps extends BeginTaskDeps {
  /** How many partitions these topics have. */
  readonly partitionCounts: { readonly udm: number; readonly deadLetter: number };
  readonly topics: { readonly udm: string; readonly deadLetter: string };
}

/** The tasks of one input: begun when partitions are gained, ended when they are lost, begun anew when they broke. */
export class PartitionSlots {
  readonly #deps: PartitionSlotsDeps;
  readonly #slots = new Map<number, PartitionSlot>();
  /** By partition: of one that was lost and came back the two would shut each other out. */
  readonly #beginning = new Map<number, Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  constructor(deps: PartitionSlotsDeps) {
    this.#deps = deps;
  }

  all(): readonly PartitionSlot[] {
    return [...this.#slots.values()];
  }

  /** The tasks that work. */
  live(): PartitionTask[] {
    return this.all().flatMap(({ task }) => (task === null ? [] : [task]));
  }

  task(partition: number): PartitionTask | null {
    return this.#slots.get(partition)?.task ?? null;
  }

  /** When the next task is to begin; infinite when none is. One that has begun wakes the consumer. */
  get nextBeginMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { task, partitions, beginAtMs } of this.#slots.values()) {
      if (task === null && !this.#beginning.has(partitions.input.partition)) next = Math.min(next, beginAtMs);
    }
    return next;
  }

  async assign({ gained, lost }: Extract<PollResult, { kind: 'assignment' }>): Promise<void> {
    for (const { partition } of lost) {
      const slot = this.#slots.get(partition);
      this.#slots.delete(partition);
      await slot?.task?.close();
    }
    for (const input of gained) {
      this.#slots.set(input.partition, {
        partitions: this.#partitionsOf(input),
        task: null,
        cause: 'gained',
        beginAtMs: this.#deps.clock.monotonicMs(),
        retryMs: FIRST_RETRY_MS,
        problem: null,
      });
    }
  }

  /** Takes broken tasks out, to be begun anew. @throws what broke one for good */
  async removeBroken(): Promise<void> {
    const { log, clock, consumer } = this.#deps;
    for (const slot of this.#slots.values()) {
      const { task } = slot;
      if (task === null || task.broken === null) continue;
      const { broken } = task;
      const error = broken.kind === 'fenced' ? null : broken.error;
      log.warn({ ...task.partitions.input, outcome: broken.kind, err: error }, 'commit failed');
      slot.task = null;
      slot.cause = broken.kind;
      slot.beginAtMs = clock.monotonicMs() + (broken.kind === 'fenced' ? AFTER_FENCING_MS : 0);
      consumer.pause([task.partitions.input]);
      await task.close();
      if (broken.kind === 'error' && !isRetriable(error)) throw error;
    }
  }

  /**
   * Begins tasks that are due, beside those that work.
   * @throws LogGapError and whatever else an earlier one met that does not pass by waiting
   */
  beginDue(): void {
    if (this.#failure !== null) throw this.#failure.error;
    const nowMs = this.#deps.clock.monotonicMs();
    for (const slot of this.#slots.values()) {
      const { partition } = slot.partitions.input;
      if (slot.task !== null || slot.beginAtMs > nowMs || this.#beginning.has(partition)) continue;
      const beginning = this.#begin(slot).finally(() => {
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

  async #begin(slot: PartitionSlot): Promise<void> {
    const { clock, log, metrics, from } = this.#deps;
    const { input } = slot.partitions;
    const isStillOurs = (): boolean => this.#slots.get(input.partition) === slot;
    try {
      slot.task = await beginTask(this.#deps, slot.partitions, isStillOurs);
      if (slot.task === null) return;
      slot.problem = null;
      slot.retryMs = FIRST_RETRY_MS;
      metrics.restores.inc({ input: from.name, reason: slot.cause });
    } catch (error) {
      if (!isStillOurs()) return;
      if (error instanceof LogGapError) metrics.gaps.inc({ input: from.name, partition: String(error.partition) });
      if (!isRetriable(error)) {
        this.#failure = { error };
        return;
      }
      slot.problem = error instanceof Error ? error.message : String(error);
      slot.beginAtMs = clock.monotonicMs() + slot.retryMs;
      log.warn({ ...input, err: error, retryMs: slot.retryMs }, 'partition not begun');
      slot.retryMs = Math.min(LAST_RETRY_MS, slot.retryMs * 2);
    }
  }

  /** All of a partition goes to one, so that the order of a key stays. */
  #partitionsOf(input: TopicPartition): TaskPartitions {
    const { topics, partitionCounts } = this.#deps;
    return {
      input,
      udm: { topic: topics.udm, partition: input.partition % partitionCounts.udm },
      deadLetter: { topic: topics.deadLetter, partition: input.partition % partitionCounts.deadLetter },
    };
  }
}
