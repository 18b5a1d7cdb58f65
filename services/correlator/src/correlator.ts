import type { CorrelationRules } from '@logweave/correlation';
import type { Consumer, PollResult } from '@logweave/event-log';
import { pollPatiently, type Readiness, type Service, type ServiceDeps, TaskSlots } from '@logweave/service-kit';
import { beginTask, type CorrelatorSlots } from './begin-task.ts';
import { CommitPace } from './commit-pace.ts';
import type { CorrelatorConfig } from './config.ts';
import { correlationRules } from './correlation-rules.ts';
import { endInputs } from './end-of-input.ts';
import { type CorrelatorMetrics, createCorrelatorMetrics } from './metrics.ts';
import { taskPartitions } from './task-partitions.ts';
import { InputGapError } from './task-restore.ts';
import { checkTopics } from './topics-check.ts';

/** Records per partition and poll: much per turn, and still no long stop for others on this thread. */
const POLL_RECORDS = 5_000;
/** One that has to wait for the log holds up nobody, and memory stays bounded. */
const MOST_RESTORES = 2;

/** The correlator, and how to tell it that nothing more will come. */
export interface CorrelatorService extends Service {
  /**
   * Takes what the inputs hold at this moment as all there is: everything pending is decided and committed when this
   * resolves. What comes later begins anew. Rejects when the service stops or fails before.
   */
  endOfInput(): Promise<void>;
}

/**
 * Joins the topics `http` and `network` into `correlated`, exactly once: a task for each partition, whose results,
 * positions and state are committed in one transaction.
 */
export function createCorrelator(config: CorrelatorConfig, deps: ServiceDeps): CorrelatorService {
  return new Correlator(config, deps);
}

interface EndRequest {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

class Correlator implements CorrelatorService {
  readonly name = 'correlator';
  readonly failure: Promise<Error>;
  readonly #config: CorrelatorConfig;
  readonly #deps: ServiceDeps;
  readonly #rules: CorrelationRules;
  readonly #metrics: CorrelatorMetrics;
  readonly #pace: CommitPace;
  #fail: (error: Error) => void = () => {};
  #consumer: Consumer | null = null;
  #slots: CorrelatorSlots | null = null;
  #assigned = false;
  #problem: string | null = null;
  #endRequests: EndRequest[] = [];
  #stopping = false;
  #running: Promise<void> = Promise.resolve();

  /** @throws Error when an address to exclude is none. */
  constructor(config: CorrelatorConfig, deps: ServiceDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#rules = correlationRules(config);
    this.#metrics = createCorrelatorMetrics(deps.metrics);
    this.#pace = new CommitPace(deps.clock);
    this.failure = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** @throws EventLogError `unknown_topic_or_partition`, `not_copartitioned`. */
  async start(): Promise<void> {
    const { eventLog } = this.#deps;
    const { group, topics } = this.#config;
    const { deadLetterPartitions } = await checkTopics(eventLog, topics);
    const consumer = await eventLog.consumer({ group, topics: [topics.http, topics.network], startPaused: true });
    this.#consumer = consumer;
    const slots = this.#createSlots(consumer, deadLetterPartitions);
    this.#slots = slots;
    this.#running = this.#run(consumer, slots);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#consumer?.wakeUp();
    await this.#running;
  }

  endOfInput(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#endRequests.push({ resolve, reject });
      this.#consumer?.wakeUp();
    });
  }

  readiness(): Readiness {
    if (this.#problem !== null) return { ready: false, detail: this.#problem };
    if (!this.#assigned) return { ready: false, detail: `Waiting for partitions of group ${this.#config.group}.` };
    const slots = this.#slots?.all() ?? [];
    const waiting = slots.find(({ task }) => task === null);
    if (waiting !== undefined) {
      const why = waiting.problem === null ? '' : `: ${waiting.problem}. Retrying`;
      return { ready: false, detail: `Restoring partition ${waiting.partitions.index}${why}.` };
    }
    const behind = slots.filter(({ task }) => task?.caughtUp === false).length;
    if (behind > 0) return { ready: false, detail: `Catching up on ${behind} of ${slots.length} partitions.` };
    if (slots.length === 0) return { ready: true, detail: 'Standing by: other correlators have all partitions.' };
    return { ready: true, detail: `Joining ${slots.length} ${slots.length === 1 ? 'partition' : 'partitions'}.` };
  }

  #createSlots(consumer: Consumer, deadLetterPartitions: number): CorrelatorSlots {
    const metrics = this.#metrics;
    const deps = { ...this.#deps, config: this.#config, rules: this.#rules, metrics, consumer };
    return new TaskSlots({
      ...this.#deps,
      consumer,
      mostBeginning: MOST_RESTORES,
      partitionsOf: (partition) => taskPartitions(this.#config.topics, partition, deadLetterPartitions),
      inputsOf: ({ inputs }) => inputs,
      begin: (partitions, cause, isOurs) => beginTask(deps, partitions, cause, isOurs),
      activate: (task) => task.activate(),
      failed: (error) => {
        if (!(error instanceof InputGapError)) return;
        metrics.gaps.inc({ partition: String(error.partition), side: error.side });
      },
    });
  }

  async #run(consumer: Consumer, slots: CorrelatorSlots): Promise<void> {
    let failed: Error | null = null;
    try {
      while (!this.#stopping) {
        await this.#turn(consumer, slots);
        if (this.#endRequests.length > 0) await this.#answerEndRequests(consumer, slots);
      }
      await this.#finish(consumer, slots);
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      this.#problem = failed.message;
      this.#deps.log.error({ err: failed }, 'correlator failed');
    }
    const reason = failed ?? new Error('the correlator has stopped');
    for (const { reject } of this.#endRequests.splice(0)) reject(reason);
    await slots.close();
    await consumer.close();
    if (failed !== null) this.#fail(failed);
  }

  /** One round: let what is due be restored, take records, decide, commit. */
  async #turn(consumer: Consumer, slots: CorrelatorSlots): Promise<void> {
    await slots.removeBroken();
    slots.beginDue();
    const polled = await this.#poll(consumer, slots);
    if (polled.kind === 'assignment') {
      this.#assigned = true;
      await slots.assign(polled);
      return;
    }
    if (polled.kind === 'records') {
      for (const batch of polled.batches) slots.task(batch.partition)?.take(batch);
    }
    const tasks = slots.live();
    for (const task of tasks) task.advance();
    this.#pace.beginDue(tasks);
    for (const task of tasks) if (task.full) await task.settled();
    if (this.#pace.observeDue()) for (const task of tasks) task.observe();
  }

  #poll(consumer: Consumer, slots: CorrelatorSlots): Promise<PollResult> {
    const untilBeginMs = Math.max(0, slots.nextBeginMs - this.#deps.clock.monotonicMs());
    const timeoutMs = Math.min(untilBeginMs, this.#pace.waitMs(slots.live()));
    return pollPatiently(consumer, { timeoutMs, maxRecords: POLL_RECORDS }, this.#deps);
  }

  async #answerEndRequests(consumer: Consumer, slots: CorrelatorSlots): Promise<void> {
    const requests = this.#endRequests.splice(0);
    try {
      await this.#end(consumer, slots, 'go_on');
    } catch (error) {
      this.#endRequests.push(...requests);
      throw error;
    }
    for (const { resolve } of requests) resolve();
  }

  async #end(consumer: Consumer, slots: CorrelatorSlots, afterwards: 'go_on' | 'stop'): Promise<void> {
    const { eventLog, log } = this.#deps;
    await endInputs({ eventLog, log, slots, topics: this.#config.topics, afterwards }, () =>
      this.#turn(consumer, slots),
    );
  }

  async #finish(consumer: Consumer, slots: CorrelatorSlots): Promise<void> {
    if (this.#config.onStop === 'emit') {
      await this.#end(consumer, slots, 'stop');
      return;
    }
    for (const task of slots.live()) {
      await task.settled();
      if (task.dirty) task.beginCommit();
    }
    for (const task of slots.live()) await task.settled();
    await slots.removeBroken();
  }
}
