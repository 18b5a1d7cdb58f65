import { type Consumer, EventLogError, type PollResult, type TopicPartition } from '@logweave/event-log';
import type { Readiness, Service, ServiceDeps } from '@logweave/service-kit';
import type { Warehouse } from '@logweave/warehouse';
import type { ClickhouseWriterConfig } from './config.ts';
import { InsertSlots } from './insert-slots.ts';
import { type ClickhouseWriterMetrics, createClickhouseWriterMetrics } from './metrics.ts';
import { PartitionWriter } from './partition-writer.ts';
import { decodePlan } from './plan.ts';
import { RejectedRecords } from './rejected-records.ts';
import { SchemaGate } from './schema-gate.ts';

export interface ClickhouseWriterDeps extends ServiceDeps {
  /** Its life is the caller's: the service does not close it. */
  readonly warehouse: Warehouse;
}

/** How long one poll waits. Records end it at once; it bounds how late a change of flow is noticed. */
const POLL_MS = 500;
/** With the record limit it bounds what one poll can bring. */
const MAX_POLL_RECORDS = 1_000;
const LOG_RETRY_MS = 1_000;
const DRAIN_LOOK_MS = 50;

/**
 * Writes each record of the result topic into ClickHouse exactly once: fixed ranges of offsets, planned in the log
 * before they are inserted, with the range as deduplication token. While ClickHouse is away or slow it reads no further
 * than its memory bound, and goes on by itself afterwards.
 */
export function createClickhouseWriter(config: ClickhouseWriterConfig, deps: ClickhouseWriterDeps): Service {
  return new ClickhouseWriter(config, deps);
}

class ClickhouseWriter implements Service {
  readonly name = 'clickhouse-writer';
  readonly failure: Promise<Error>;
  readonly #config: ClickhouseWriterConfig;
  readonly #deps: ClickhouseWriterDeps;
  readonly #metrics: ClickhouseWriterMetrics;
  readonly #gate: SchemaGate;
  readonly #slots: InsertSlots;
  readonly #writers = new Map<number, PartitionWriter>();
  readonly #paused = new Set<number>();
  readonly #resolveFailure: (error: Error) => void;
  #deadLetterPartitions = 0;
  #consumer: Consumer | null = null;
  #joined = false;
  #failedWith: Error | null = null;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(config: ClickhouseWriterConfig, deps: ClickhouseWriterDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#metrics = createClickhouseWriterMetrics(deps.metrics);
    this.#gate = new SchemaGate(deps, { migrate: config.migrate });
    this.#slots = new InsertSlots(config.concurrency);
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failure = promise;
    this.#resolveFailure = resolve;
  }

  /**
   * Joins the group. A warehouse that is away does not fail the start: readiness says so until it is there.
   * @throws EventLogError `unknown_topic_or_partition` when a topic is missing.
   */
  async start(): Promise<void> {
    const { topic, group, deadLetterTopic } = this.#config;
    this.#deadLetterPartitions = (await this.#deps.eventLog.watermarks(deadLetterTopic)).length;
    this.#consumer = await this.#deps.eventLog.consumer({ group, topics: [topic], startPaused: true });
    this.#gate.start();
    this.#running = this.#run(this.#consumer);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#consumer?.wakeUp();
    await this.#running;
  }

  readiness(): Readiness {
    if (this.#failedWith !== null) return { ready: false, detail: `Stopped: ${this.#failedWith.message}` };
    const problem =
      this.#gate.problem ?? [...this.#writers.values()].find((writer) => writer.problem !== null)?.problem;
    if (problem !== undefined && problem !== null) {
      return { ready: false, detail: `Waiting for ClickHouse: ${problem}. Nothing is lost; it goes on by itself.` };
    }
    if (!this.#joined) return { ready: false, detail: `Waiting for partitions of ${this.#config.topic}.` };
    return { ready: true, detail: `Writing ${this.#writers.size} partitions of ${this.#config.topic} to ClickHouse.` };
  }

  async #run(consumer: Consumer): Promise<void> {
    try {
      while (!this.#stopping && this.#failedWith === null) await this.#turn(consumer);
      if (this.#failedWith === null) await this.#drain();
    } catch (error) {
      this.#fail(error);
    }
    try {
      await Promise.all([...this.#writers.values()].map((writer) => writer.abort()));
      await this.#gate.stop();
      this.#writers.clear();
      await consumer.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #turn(consumer: Consumer): Promise<void> {
    try {
      await this.#take(consumer, await consumer.poll({ timeoutMs: POLL_MS, maxRecords: MAX_POLL_RECORDS }));
      this.#steer(consumer);
    } catch (error) {
      if (!(error instanceof EventLogError) || !error.retriable) throw error;
      this.#deps.log.warn({ code: error.code }, 'event log does not answer');
      await this.#deps.clock.sleep(LOG_RETRY_MS);
    }
  }

  async #take(consumer: Consumer, result: PollResult): Promise<void> {
    switch (result.kind) {
      case 'idle':
        return;
      case 'records':
        for (const batch of result.batches) this.#writers.get(batch.partition)?.add(batch);
        return;
      case 'assignment':
        for (const { partition } of result.lost) await this.#lose(partition);
        for (const partition of result.gained) await this.#gain(consumer, partition);
        this.#joined = true;
        return;
    }
  }

  async #lose(partition: number): Promise<void> {
    const writer = this.#writers.get(partition);
    this.#writers.delete(partition);
    this.#paused.delete(partition);
    this.#metrics.lag.remove({ partition: String(partition) });
    await writer?.abort();
  }

  async #gain(consumer: Consumer, partition: TopicPartition): Promise<void> {
    const { eventLog, clock, log, warehouse } = this.#deps;
    const { group, deadLetterTopic } = this.#config;
    // A writer of an earlier assignment that was not reported as lost would insert beside the new one.
    await this.#lose(partition.partition);
    const rejected = new RejectedRecords(eventLog, partition, {
      group,
      deadLetterTopic,
      deadLetterPartitions: this.#deadLetterPartitions,
    });
    await rejected.open();
    const [committed] = await eventLog.committed(group, [partition]);
    const plan = decodePlan(committed?.metadata ?? '');
    if (committed !== null && committed !== undefined) consumer.seek(partition, committed.offset);
    const writer = new PartitionWriter(
      partition,
      this.#config,
      {
        consumer,
        warehouse,
        gate: this.#gate,
        slots: this.#slots,
        rejected,
        clock,
        log,
        metrics: this.#metrics,
        changed: () => this.#changed(),
        failed: (error) => this.#fail(error),
      },
      plan,
      consumer.position(partition),
    );
    if (plan.length > 0)
      log.info({ partition: partition.partition, ranges: plan.length }, 'going on with planned ranges');
    this.#writers.set(partition.partition, writer);
    this.#paused.add(partition.partition);
    writer.start();
  }

  #changed(): void {
    const { blocked } = this.#metrics;
    blocked.set(
      this.#gate.problem !== null || [...this.#writers.values()].some((writer) => writer.problem !== null) ? 1 : 0,
    );
    // A poll that waits does not see that a partition may be read again.
    if ([...this.#paused].some((partition) => this.#mayRead(partition))) this.#consumer?.wakeUp();
  }

  /** Reads partitions on while there is room, and not beyond. */
  #steer(consumer: Consumer): void {
    const { topic } = this.#config;
    let bufferedBytes = 0;
    for (const [partition, writer] of this.#writers) {
      bufferedBytes += writer.bufferedBytes;
      const mayRead = this.#mayRead(partition);
      if (mayRead && this.#paused.delete(partition)) consumer.resume([{ topic, partition }]);
      if (!mayRead && !this.#paused.has(partition)) {
        this.#paused.add(partition);
        consumer.pause([{ topic, partition }]);
      }
      const end = consumer.endOffset({ topic, partition });
      // An end that is not known yet is no lag of zero.
      if (end !== undefined)
        this.#metrics.lag.set({ partition: String(partition) }, Math.max(0, end - writer.position));
    }
    this.#metrics.bufferedBytes.set(bufferedBytes);
    this.#metrics.pausedPartitions.set(this.#paused.size);
  }

  #mayRead(partition: number): boolean {
    const writer = this.#writers.get(partition);
    if (writer === undefined) return false;
    if (writer.needsMore) return true;
    let total = 0;
    for (const other of this.#writers.values()) total += other.bufferedBytes;
    return !writer.full && total < this.#config.maxBufferedBytes;
  }

  /** Inserts what was read, as far as time and ClickHouse allow. */
  async #drain(): Promise<void> {
    const { clock } = this.#deps;
    const untilMs = clock.monotonicMs() + this.#config.drainMs;
    const writers = [...this.#writers.values()];
    for (const writer of writers) writer.drain();
    const waits = (writer: PartitionWriter): boolean => !writer.idle && !writer.needsMore && writer.problem === null;
    while (this.#gate.problem === null && writers.some(waits) && clock.monotonicMs() < untilMs) {
      await clock.sleep(DRAIN_LOOK_MS);
    }
  }

  #fail(error: unknown): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    this.#deps.log.error({ err: failure }, 'clickhouse writer failed');
    this.#failedWith ??= failure;
    this.#resolveFailure(failure);
    this.#consumer?.wakeUp();
  }
}
