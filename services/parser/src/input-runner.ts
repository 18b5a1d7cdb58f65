import type { Consumer, PollResult, RecordBatch, TopicPartition } from '@logweave/event-log';
import { pollPatiently, type Readiness, type ServiceDeps, TaskSlots } from '@logweave/service-kit';
import { type BeginTaskDeps, beginTask, LogGapError, type ParserSlots } from './begin-task.ts';
import type { ParsePool } from './parse-pool.ts';
import type { TaskPartitions } from './partition-commit.ts';
import type { PartitionTask, TimedResult } from './partition-task.ts';

/** Records per partition and poll: few, as each may take a parser a while and the others on this thread wait. */
const POLL_RECORDS = 250;
/** Shortest time between transactions of a task: what an event waits at most for others; each task more makes it longer. */
const COMMIT_INTERVAL_MS = 100;
const COMMIT_INTERVAL_PER_TASK_MS = 10;
const WAIT_MS = 500;
const OBSERVE_MS = 1_000;
/** After so long at work the thread is left to others: sockets, heartbeats, health checks. */
const TURN_MS = 25;

export interface InputRunnerDeps
  extends Pick<ServiceDeps, 'eventLog' | 'clock' | 'log'>,
    Omit<BeginTaskDeps, 'consumer'> {
  readonly topics: { readonly udm: string; readonly deadLetter: string };
  /** How many partitions these topics have. */
  readonly partitionCounts: { readonly udm: number; readonly deadLetter: number };
  /** Null: logs are parsed in this thread. */
  readonly pool: ParsePool | null;
}

/** One topic that is parsed: its consumer, its tasks, and their turns. */
export class InputRunner {
  readonly failure: Promise<Error>;
  readonly #deps: InputRunnerDeps;
  #fail: (error: Error) => void = () => {};
  #consumer: Consumer | null = null;
  #slots: ParserSlots | null = null;
  #assigned = false;
  #problem: string | null = null;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  #commitAtMs = Number.NEGATIVE_INFINITY;
  /** The partitions whose lag is shown. */
  readonly #observed = new Set<string>();
  #observeAtMs = Number.NEGATIVE_INFINITY;
  #yieldAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: InputRunnerDeps) {
    this.#deps = deps;
    this.failure = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** @throws EventLogError `unknown_topic_or_partition`. */
  async start(): Promise<void> {
    const { eventLog, from } = this.#deps;
    const consumer = await eventLog.consumer({ group: from.group, topics: [from.topic], startPaused: true });
    this.#consumer = consumer;
    const slots = this.#createSlots(consumer);
    this.#slots = slots;
    this.#running = this.#run(consumer, slots);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#consumer?.wakeUp();
    await this.#running;
  }

  /** Parsers have changed: what waits for one may go on. */
  wakeUp(): void {
    this.#consumer?.wakeUp();
  }

  readiness(): Readiness {
    const { topic, group } = this.#deps.from;
    if (this.#problem !== null) return { ready: false, detail: this.#problem };
    if (!this.#assigned) return { ready: false, detail: `Waiting for partitions of group ${group}.` };
    const slots = this.#slots?.all() ?? [];
    const waiting = slots.find(({ task }) => task === null);
    if (waiting !== undefined) {
      const why = waiting.problem === null ? '' : `: ${waiting.problem}. Retrying`;
      return { ready: false, detail: `Beginning ${topic}/${waiting.partitions.input.partition}${why}.` };
    }
    const held = slots.flatMap(({ task }) => (task?.held ? [task.held] : []))[0];
    if (held !== undefined) {
      return { ready: false, detail: `Stopped: ${held.why}. Activate another parser, or see parser.guard.` };
    }
    if (slots.length === 0) return { ready: true, detail: `Standing by: others have all of ${topic}.` };
    return {
      ready: true,
      detail: `Parsing ${slots.length} ${slots.length === 1 ? 'partition' : 'partitions'} of ${topic}.`,
    };
  }

  #createSlots(consumer: Consumer): ParserSlots {
    const { from, metrics } = this.#deps;
    const deps = { ...this.#deps, consumer };
    return new TaskSlots({
      ...this.#deps,
      consumer,
      // There is nothing to restore but a position.
      mostBeginning: Number.POSITIVE_INFINITY,
      partitionsOf: (partition) => this.#partitionsOf({ topic: from.topic, partition }),
      inputsOf: ({ input }) => [input],
      begin: (partitions, cause, isOurs) => beginTask(deps, partitions, cause, isOurs),
      activate: (task) => task.activate(),
      failed: (error) => {
        if (error instanceof LogGapError) metrics.gaps.inc({ input: from.name, partition: String(error.partition) });
      },
    });
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

  async #run(consumer: Consumer, slots: ParserSlots): Promise<void> {
    let failed: Error | null = null;
    try {
      while (!this.#stopping) await this.#turn(consumer, slots);
      await this.#finish(slots);
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      this.#problem = failed.message;
      this.#deps.log.error({ err: failed }, 'parser failed');
    }
    await slots.close();
    await consumer.close();
    if (failed !== null) this.#fail(failed);
  }

  /** One round: let what is due begin, take logs, commit. */
  async #turn(consumer: Consumer, slots: ParserSlots): Promise<void> {
    await slots.removeBroken();
    slots.beginDue();
    for (const task of slots.live()) task.recheckHold();
    const polled = await this.#poll(consumer, slots);
    if (polled.kind === 'assignment') {
      this.#assigned = true;
      await slots.assign(polled);
      return;
    }
    if (polled.kind === 'records') {
      const ready = await this.#parseElsewhere(polled.batches);
      for (const [at, batch] of polled.batches.entries()) {
        slots.task(batch.partition)?.take(batch, ready[at]);
        await this.#leaveThread();
      }
    }
    const tasks = slots.live();
    this.#beginCommits(tasks);
    for (const task of tasks) if (task.full) await task.settled();
    this.#observe(consumer, tasks);
  }

  #poll(consumer: Consumer, slots: ParserSlots): Promise<PollResult> {
    const nowMs = this.#deps.clock.monotonicMs();
    const untilCommitMs = slots.live().some(({ dirty }) => dirty) ? Math.max(1, this.#commitAtMs - nowMs) : WAIT_MS;
    const timeoutMs = Math.min(Math.max(0, slots.nextBeginMs - nowMs), untilCommitMs);
    return pollPatiently(consumer, { timeoutMs, maxRecords: POLL_RECORDS }, this.#deps);
  }

  /** What the other threads make of the batches, all at the same time; nothing where there are none. */
  async #parseElsewhere(batches: readonly RecordBatch[]): Promise<readonly (readonly (TimedResult | null)[])[]> {
    const { pool, from } = this.#deps;
    if (pool === null) return [];
    return Promise.all(batches.map((batch) => pool.parse(batch, from.logType)));
  }

  async #leaveThread(): Promise<void> {
    const { clock } = this.#deps;
    if (clock.monotonicMs() < this.#yieldAtMs) return;
    await clock.sleep(0);
    this.#yieldAtMs = clock.monotonicMs() + TURN_MS;
  }

  /** All that are due together, so that the log can write them in one go. */
  #beginCommits(tasks: readonly PartitionTask[]): void {
    const nowMs = this.#deps.clock.monotonicMs();
    const interval = nowMs >= this.#commitAtMs;
    for (const task of tasks) if (task.commitDue || (interval && task.dirty)) task.beginCommit();
    if (interval) this.#commitAtMs = nowMs + COMMIT_INTERVAL_MS + COMMIT_INTERVAL_PER_TASK_MS * tasks.length;
  }

  #observe(consumer: Consumer, tasks: readonly PartitionTask[]): void {
    const { clock, metrics, from } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (nowMs < this.#observeAtMs) return;
    this.#observeAtMs = nowMs + OBSERVE_MS;
    const gone = new Set(this.#observed);
    this.#observed.clear();
    for (const { partitions } of tasks) {
      const end = consumer.endOffset(partitions.input);
      const partition = String(partitions.input.partition);
      this.#observed.add(partition);
      gone.delete(partition);
      if (end === undefined) continue;
      metrics.lag.set({ input: from.name, partition }, Math.max(0, end - consumer.position(partitions.input)));
    }
    // What was set for a partition that has left would stay for ever.
    for (const partition of gone) metrics.lag.remove({ input: from.name, partition });
  }

  async #finish(slots: ParserSlots): Promise<void> {
    for (const task of slots.live()) {
      await task.settled();
      if (task.dirty) task.beginCommit();
    }
    for (const task of slots.live()) await task.settled();
    await slots.removeBroken();
  }
}
