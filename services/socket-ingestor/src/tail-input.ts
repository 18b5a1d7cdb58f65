import {
  type AppendBatch,
  type EventLog,
  type ProducerRecord,
  type TopicPartition,
  type TransactionalProducer,
} from '@logweave/event-log';
import { FileTail, formatTailPosition, parseTailPosition, type TailChange, type TailPosition } from '@logweave/intake';
import { type Clock, LIMITS } from '@logweave/model';
import type { Input } from './input.ts';
import { clearTally, settleTally } from './input-tally.ts';
import { mayMend } from './may-mend.ts';
import type { IngestorMetrics } from './metrics.ts';
import type { RawInputOf } from './raw-config.ts';
import { RawIntake, type RawIntakeTopics } from './raw-intake.ts';
import type { RecordSink, TargetTopic } from './record-sink.ts';

/** Bytes of the file that go into one transaction. */
const CHUNK_BYTES = 256 * 1024;
const RETRY_MS = 500;
/** Kafka forgets a position that is a week old, so one that does not move is committed again. */
const RENEWAL_MS = 6 * 3_600_000;
/** Where the position is committed. It is no position in this topic, so it must hold back nothing of it. */
const POSITION_OFFSET = Number.MAX_SAFE_INTEGER;

/** What of the log a tail needs. */
export type TailEventLog = Pick<EventLog, 'transactionalProducer' | 'committed'>;

export interface TailInputDeps {
  readonly eventLog: TailEventLog;
  readonly clock: Clock;
  readonly metrics: IngestorMetrics;
  readonly topics: RawIntakeTopics;
  /** The transactional id, and the group that the position is kept under: of this ingestor and this file alone. */
  readonly group: string;
  changed(change: TailChange): void;
  /** It is tried again: the log is away, or the file cannot be read. */
  failing(error: Error): void;
  failed(error: Error): void;
}

/**
 * Follows a file. Each transaction carries records and, as the offset of a group, the position in the file behind their lines:
 * who dies between the two has done neither. So each line is in the log once, and the next process asks the log where to go
 * on, after having fenced this one. The file itself is what waits while the log does not answer.
 */
export class TailInput implements Input {
  readonly name: string;
  readonly place: string;
  readonly isReachable = true;
  readonly #config: RawInputOf<'file'>;
  readonly #deps: TailInputDeps;
  readonly #intake: RawIntake;
  readonly #tail: FileTail;
  readonly #records = new TransactionRecords();
  readonly #position: TopicPartition;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #paused: PromiseWithResolvers<void> | null = null;
  #committed: string | null = null;
  #committedMs = 0;

  constructor(config: RawInputOf<'file'>, deps: TailInputDeps) {
    this.#config = config;
    this.#deps = deps;
    this.name = config.name;
    this.place = config.path;
    this.#position = { topic: deps.topics.raw.name, partition: 0 };
    const intake = new RawIntake(config, deps.topics, this.#records);
    this.#intake = intake;
    const { path, startAt, maxLogBytes } = config;
    this.#tail = new FileTail(
      {
        path,
        limits: { maxLineBytes: maxLogBytes, previewBytes: LIMITS.deadLetterPreviewBytes },
        chunkBytes: CHUNK_BYTES,
        startAt,
        clock: deps.clock,
      },
      {
        line: (bytes, start, end) => intake.line(bytes, start, end),
        oversized: (line) => intake.oversized(line),
        changed: (change) => deps.changed(change),
      },
    );
  }

  async open(): Promise<void> {
    this.#running = this.#run();
  }

  async reopen(): Promise<void> {}

  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = null;
  }

  /** What is not read by then stays in the file. */
  async stop(grace: Promise<void>): Promise<void> {
    this.#stopping.abort();
    this.resume();
    await Promise.race([this.#running, grace]);
  }

  refresh(): void {
    this.#deps.metrics.fileUnreadBytes.set({ socket: this.name }, this.#tail.unreadBytes);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!mayMend(error)) {
          this.#deps.failed(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        this.#deps.failing(error);
      }
      await this.#deps.clock.sleep(RETRY_MS, signal);
    }
  }

  /** With one holder of the transactional id, until a transaction of it has to be tried again by the next. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { eventLog, clock, group, topics } = this.#deps;
    const producer = await eventLog.transactionalProducer(group, {
      group,
      offsets: [this.#position],
      partitions: [...partitionsOf(topics.raw), ...partitionsOf(topics.deadLetters)],
    });
    try {
      const [committed] = await eventLog.committed(group, [this.#position]);
      this.#committed = committed?.metadata ?? null;
      this.#committedMs = clock.monotonicMs();
      this.#forget();
      await this.#tail.seek(this.#committed === null ? null : parseTailPosition(this.#committed));
      while (!signal.aborted) {
        await this.#paused?.promise;
        this.#intake.begin(this.#intake.sourceOf(null), clock.wallMs());
        const step = await this.#tail.read();
        if (step.kind === 'waiting') {
          if (!(await this.#renew(producer))) return;
          await clock.sleep(this.#config.pollMs, signal);
        } else if (!(await this.#commit(producer, step.position))) {
          return;
        }
      }
    } finally {
      await this.#tail.close();
      await producer.close();
    }
  }

  /** What was read since the last commit is read again. */
  #forget(): void {
    this.#records.take();
    clearTally(this.#intake.tally);
  }

  async #commit(producer: TransactionalProducer, position: TailPosition): Promise<boolean> {
    const metadata = formatTailPosition(position);
    // Nothing but half a line has been read.
    if (metadata === this.#committed && this.#records.count === 0) return true;
    return this.#commitRecords(producer, metadata);
  }

  async #renew(producer: TransactionalProducer): Promise<boolean> {
    const isOld = this.#deps.clock.monotonicMs() - this.#committedMs >= RENEWAL_MS;
    return this.#committed === null || !isOld || this.#commitRecords(producer, this.#committed);
  }

  async #commitRecords(producer: TransactionalProducer, metadata: string): Promise<boolean> {
    const { group, metrics, clock } = this.#deps;
    const { batches, count } = this.#records.take();
    const offsets = [{ ...this.#position, offset: POSITION_OFFSET, metadata }];
    const outcome = await producer.commit({ batches, group, offsets });
    switch (outcome.kind) {
      case 'committed':
        this.#committed = metadata;
        this.#committedMs = clock.monotonicMs();
        metrics.appendedRecords.inc(count);
        settleTally(this.#intake.tally, this.name, metrics);
        return true;
      case 'aborted':
        if (!mayMend(outcome.error)) throw outcome.error;
        this.#deps.failing(outcome.error);
        return false;
      case 'unknown':
        this.#deps.failing(outcome.error);
        return false;
      case 'fenced':
        // Whoever it is, it goes on from where this one has come to; and so does this one from where it has.
        this.#deps.failing(
          new Error(`${group} was fenced: its transaction took too long, or another process follows the file`),
        );
        return false;
      default:
        return outcome satisfies never;
    }
  }
}

/** The records of one transaction. */
class TransactionRecords implements RecordSink {
  #batches = new Map<string, { topic: string; partition: number; records: ProducerRecord[] }>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(topic: TargetTopic, partition: number, record: ProducerRecord): void {
    const name = `${topic.name}/${partition}`;
    const batch = this.#batches.get(name);
    if (batch === undefined) this.#batches.set(name, { topic: topic.name, partition, records: [record] });
    else batch.records.push(record);
    this.#count++;
  }

  take(): { readonly batches: readonly AppendBatch[]; readonly count: number } {
    const taken = { batches: [...this.#batches.values()], count: this.#count };
    this.#batches = new Map();
    this.#count = 0;
    return taken;
  }
}

function partitionsOf({ name, partitions }: TargetTopic): TopicPartition[] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition }));
}
