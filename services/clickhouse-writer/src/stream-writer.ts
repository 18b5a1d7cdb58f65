import { type Consumer, type PollResult, type TopicPartition, isRetriable } from '@logweave/event-log';
import type { ServiceDeps } from '@logweave/service-kit';
import type { Stream, Warehouse } from '@logweave/warehouse';
import type { ClickhouseWriterConfig, WrittenStream } from './config.ts';
import type { InsertSlots } from './insert-slots.ts';
import type { ClickhouseWriterMetrics } from './metrics.ts';
import { PartitionWriter } from './partition-writer.ts';
import { decodePlan } from './plan.ts';
import { RejectedRecords } from './rejected-records.ts';
import type { SchemaGate } from './schema-gate.ts';

export interface StreamWriterDeps extends Omit<ServiceDeps, 'metrics'> {
  readonly warehouse: Warehouse;
  readonly metrics: ClickhouseWriterMetrics;
  /** Its own: tables of another stream that are not as they should be stop that stream alone. */
  readonly gate: SchemaGate;
  readonly slots: InsertSlots;
  readonly memory: MemoryShare;
  readonly deadLetterPartitions: number;
  /** Something was inserted, or a problem came or went. */
  readonly changed: () => void;
  /** An error that is no matter of waiting. */
  readonly failed: (error: Error) => void;
}

/** What all streams hold together, and what each may hold of it in any case. */
export interface MemoryShare {
  readonly totalBytes: () => number;
  readonly mostBytes: number;
  readonly shareBytes: number;
}

/** How long one poll waits. Records end it at once; it bounds how late a change of flow is noticed. */
const POLL_MS = 500;
/** With the record limit it bounds what one poll can bring. */
const MAX_POLL_RECORDS = 1_000;
const LOG_RETRY_MS = 1_000;
/** A writer that was fenced is followed by another after so long, unless the group gives its partition away. */
const REVIVE_MS = 1_000;
const DRAIN_LOOK_MS = 50;

/** Takes one topic to its table: the partitions that the group assigns, a `PartitionWriter` for each. */
export class StreamWriter {
  readonly topic: string;
  readonly #stream: Stream;
  readonly #group: string;
  readonly #config: ClickhouseWriterConfig;
  readonly #deps: StreamWriterDeps;
  readonly #writers = new Map<number, PartitionWriter>();
  readonly #paused = new Set<number>();
  #assigned: readonly TopicPartition[] = [];
  #revivedMs = Number.NEGATIVE_INFINITY;
  #consumer: Consumer | null = null;
  #joined = false;
  #failed = false;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor({ stream, topic, group }: WrittenStream, config: ClickhouseWriterConfig, deps: StreamWriterDeps) {
    this.topic = topic;
    this.#stream = stream;
    this.#group = group;
    this.#config = config;
    this.#deps = deps;
  }

  /** Joins the group. @throws EventLogError `unknown_topic_or_partition` when the topic is missing. */
  async start(): Promise<void> {
    this.#consumer = await this.#deps.eventLog.consumer({
      group: this.#group,
      topics: [this.topic],
      startPaused: true,
    });
    this.#deps.gate.start();
    this.#running = this.#run(this.#consumer);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#consumer?.wakeUp();
    await this.#running;
  }

  /** Whether the group has assigned partitions, or said that there are none for this member. */
  get joined(): boolean {
    return this.#joined;
  }

  get partitions(): number {
    return this.#writers.size;
  }

  /** What keeps rows from ClickHouse, for people; null when nothing does. */
  get problem(): string | null {
    const { problem } = this.#deps.gate;
    return problem ?? [...this.#writers.values()].find((writer) => writer.problem !== null)?.problem ?? null;
  }

  get bufferedBytes(): number {
    let bytes = 0;
    for (const writer of this.#writers.values()) bytes += writer.bufferedBytes;
    return bytes;
  }

  /** To be called when something may have changed what can be read: a poll that waits does not see it. */
  lookAgain(): void {
    if ([...this.#paused].some((partition) => this.#mayRead(partition))) this.#consumer?.wakeUp();
  }

  async #run(consumer: Consumer): Promise<void> {
    try {
      while (!this.#stopping && !this.#failed) await this.#turn(consumer);
      if (!this.#failed) await this.#drain();
    } catch (error) {
      this.#fail(error);
    }
    try {
      await Promise.all([...this.#writers.values()].map((writer) => writer.abort()));
      await this.#deps.gate.stop();
      this.#writers.clear();
      await consumer.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #turn(consumer: Consumer): Promise<void> {
    try {
      await this.#take(consumer, await consumer.poll({ timeoutMs: POLL_MS, maxRecords: MAX_POLL_RECORDS }));
      await this.#revive(consumer);
      this.#steer(consumer);
    } catch (error) {
      if (!isRetriable(error)) throw error;
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
        this.#assigned = result.assigned;
        // All of them at once: what one of them commits from now on would be taken for the word of the new generation. Those
        // that are gained may have been somebody else's since they were held here.
        await Promise.all([...result.lost, ...result.gained].map(({ partition }) => this.#lose(partition)));
        this.#joined = true;
        for (const partition of result.gained) await this.#gain(consumer, partition);
        return;
    }
  }

  /**
   * A commit is fenced while the group changes, and its writer ends; but the group may let this member keep the partition, and
   * then no assignment names it. The next writer goes on from what was committed. So does that of a partition which could
   * not be begun when it was assigned. One that has ended stays until then, since it knows where to begin.
   */
  async #revive(consumer: Consumer): Promise<void> {
    const nowMs = this.#deps.clock.monotonicMs();
    if (nowMs - this.#revivedMs < REVIVE_MS) return;
    this.#revivedMs = nowMs;
    for (const partition of this.#assigned) {
      const writer = this.#writers.get(partition.partition);
      if (writer?.ended === false) continue;
      await writer?.abort();
      consumer.pause([partition]);
      await this.#gain(consumer, partition, writer?.position);
    }
  }

  async #lose(partition: number): Promise<void> {
    const writer = this.#writers.get(partition);
    this.#writers.delete(partition);
    this.#paused.delete(partition);
    this.#deps.metrics.lag.remove({ stream: this.#stream, partition: String(partition) });
    await writer?.abort();
  }

  /** @param fromOffset where to begin when nothing is committed, if that is not where the consumer stands */
  async #gain(consumer: Consumer, partition: TopicPartition, fromOffset?: number): Promise<void> {
    const { eventLog, clock, log, warehouse, gate, slots, metrics, deadLetterPartitions } = this.#deps;
    const { deadLetterTopic } = this.#config;
    const group = this.#group;
    const rejected = new RejectedRecords(eventLog, partition, {
      group,
      deadLetterTopic,
      deadLetterPartitions,
    });
    await rejected.open();
    const [committed] = await eventLog.committed(group, [partition]);
    const plan = decodePlan(committed?.metadata ?? '');
    const beginsAt = committed?.offset ?? fromOffset;
    if (beginsAt !== undefined) consumer.seek(partition, beginsAt);
    const writer = new PartitionWriter(
      partition,
      this.#config,
      {
        stream: this.#stream,
        consumer,
        warehouse,
        gate,
        slots,
        rejected,
        clock,
        log,
        metrics,
        changed: () => this.#changed(),
        failed: (error) => this.#fail(error),
      },
      plan,
      consumer.position(partition),
    );
    if (plan.length > 0) log.info({ ...partition, ranges: plan.length }, 'going on with planned ranges');
    this.#writers.set(partition.partition, writer);
    this.#paused.add(partition.partition);
    writer.start();
  }

  #changed(): void {
    this.#deps.metrics.blocked.set({ stream: this.#stream }, this.problem === null ? 0 : 1);
    this.#deps.changed();
  }

  /** Reads partitions on while there is room, and not beyond. */
  #steer(consumer: Consumer): void {
    const { metrics } = this.#deps;
    const { topic } = this;
    const stream = this.#stream;
    for (const [partition, writer] of this.#writers) {
      const mayRead = this.#mayRead(partition);
      if (mayRead && this.#paused.delete(partition)) consumer.resume([{ topic, partition }]);
      if (!mayRead && !this.#paused.has(partition)) {
        this.#paused.add(partition);
        consumer.pause([{ topic, partition }]);
      }
      const end = consumer.endOffset({ topic, partition });
      // An end that is not known yet is no lag of zero.
      if (end !== undefined) {
        metrics.lag.set({ stream, partition: String(partition) }, Math.max(0, end - writer.position));
      }
    }
    metrics.bufferedBytes.set({ stream }, this.bufferedBytes);
    metrics.pausedPartitions.set({ stream }, this.#paused.size);
  }

  #mayRead(partition: number): boolean {
    const writer = this.#writers.get(partition);
    if (writer === undefined) return false;
    if (writer.needsMore) return true;
    const { totalBytes, mostBytes, shareBytes } = this.#deps.memory;
    // What another stream holds must not keep this one from its share.
    return !writer.full && (totalBytes() < mostBytes || this.bufferedBytes < shareBytes);
  }

  /** Inserts what was read, as far as time and ClickHouse allow. */
  async #drain(): Promise<void> {
    const { clock } = this.#deps;
    const untilMs = clock.monotonicMs() + this.#config.drainMs;
    const writers = [...this.#writers.values()];
    for (const writer of writers) writer.drain();
    const waits = (writer: PartitionWriter): boolean => !writer.idle && !writer.needsMore && writer.problem === null;
    while (this.#deps.gate.problem === null && writers.some(waits) && clock.monotonicMs() < untilMs) {
      await clock.sleep(DRAIN_LOOK_MS);
    }
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#deps.failed(error instanceof Error ? error : new Error(String(error)));
    this.#consumer?.wakeUp();
  }
}
