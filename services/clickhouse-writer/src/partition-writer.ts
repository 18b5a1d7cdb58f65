import {
  type Consumer,
  type LogRecord,
  type OffsetCommit,
  type RecordBatch,
  type TopicPartition,
  isRetriable,
} from '@logweave/event-log';
import { type Clock, reject } from '@logweave/model';
import type { Logger } from '@logweave/service-kit';
import {
  createRowEncoder,
  MEMORY_LIMIT_EXCEEDED,
  type RowEncoder,
  STREAM_TABLES,
  type Stream,
  type Warehouse,
  WarehouseError,
} from '@logweave/warehouse';
import type { ClickhouseWriterConfig } from './config.ts';
import { type EncodedRange, encodeRange, type RefusedRecord } from './encode-range.ts';
import type { InsertSlots } from './insert-slots.ts';
import type { ClickhouseWriterMetrics } from './metrics.ts';
import { PartitionBuffer } from './partition-buffer.ts';
import { encodePlan, type Plan, type PlannedRange } from './plan.ts';
import type { RejectedRecords } from './rejected-records.ts';
import type { SchemaGate } from './schema-gate.ts';

export interface PartitionWriterDeps {
  /** Says the table, and how rows are made of records. */
  readonly stream: Stream;
  readonly consumer: Pick<Consumer, 'commit'>;
  readonly warehouse: Pick<Warehouse, 'insertRange' | 'insertFromRaw' | 'countRange'>;
  readonly gate: Pick<SchemaGate, 'pass' | 'check' | 'problem'>;
  readonly slots: InsertSlots;
  readonly rejected: RejectedRecords;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ClickhouseWriterMetrics;
  /** Something was inserted, or a problem came or went. */
  readonly changed: () => void;
  /** An error that is no matter of waiting. */
  readonly failed: (error: unknown) => void;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
/** So many failures for want of memory before the range is halved. */
const MEMORY_FAILURES_BEFORE_SPLIT = 3;
/**
 * After a try whose answer was lost (or that a dead predecessor may have made) ClickHouse may still be at it. Halves of a
 * range that arrives whole after all would be doubles, so want of memory halves nothing for so long.
 */
const AMBIGUOUS_MS = 600_000;
/** So many rows refused with none accepted between them mean that ClickHouse refuses everything: then nothing more goes to dead-letter. */
const MAX_REJECTIONS_IN_A_ROW = 20;

/**
 * Takes one partition's records to ClickHouse. The order of things is what makes it exactly once: choose a range, commit
 * the plan, insert, commit the position. Whoever comes after a crash finds the plan and does the same again, with the
 * same token.
 */
export class PartitionWriter {
  readonly #partition: TopicPartition;
  readonly #config: ClickhouseWriterConfig;
  readonly #deps: PartitionWriterDeps;
  readonly #buffer: PartitionBuffer;
  readonly #encoder: RowEncoder;
  readonly #aborting = new AbortController();
  #plan: Plan;
  /** The plan as the log has it. */
  #committedPlan: string;
  #position: number;
  #attempts = 0;
  #ambiguousUntilMs: number;
  #rejectionsInARow = 0;
  #problem: string | null = null;
  #draining = false;
  #wake: () => void = () => {};
  #running: Promise<void> = Promise.resolve();

  /** @param plan what the committed metadata says. @param position the committed offset. */
  constructor(
    partition: TopicPartition,
    config: ClickhouseWriterConfig,
    deps: PartitionWriterDeps,
    plan: Plan,
    position: number,
  ) {
    this.#partition = partition;
    this.#config = config;
    this.#deps = deps;
    this.#plan = plan;
    this.#committedPlan = encodePlan(plan);
    this.#position = position;
    this.#buffer = new PartitionBuffer(position);
    this.#encoder = createRowEncoder(deps.stream, partition.topic, partition.partition);
    this.#ambiguousUntilMs = plan.length > 0 ? deps.clock.monotonicMs() + AMBIGUOUS_MS : 0;
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => this.#deps.failed(error));
  }

  /** Ends at once; an insert under way may still be applied, and the same token makes it count once. */
  async abort(): Promise<void> {
    this.#aborting.abort();
    this.#wake();
    await this.#running;
    await this.#deps.rejected.close();
  }

  /** From now on nothing waits for company. */
  drain(): void {
    this.#draining = true;
    this.#wake();
  }

  add(batch: RecordBatch): void {
    this.#buffer.add(batch, this.#deps.clock.monotonicMs());
    this.#wake();
  }

  get bufferedBytes(): number {
    return this.#buffer.bytes;
  }

  /** The first offset that is not in ClickHouse. */
  get position(): number {
    return this.#position;
  }

  /** What keeps rows from ClickHouse, for people; null when nothing does. */
  get problem(): string | null {
    return this.#problem;
  }

  /** It does nothing any more: it was told to end, or the log has refused its word. */
  get ended(): boolean {
    return this.#aborting.signal.aborted;
  }

  /** Everything that was read is inserted. */
  get idle(): boolean {
    return this.#buffer.rows === 0 && this.#plan.length === 0;
  }

  /** Enough is held: two full batches, one to insert and one to go on with. A plan's range is always read to its end. */
  get full(): boolean {
    if (this.#plan.length > 0 && !this.#headIsRead()) return false;
    return this.#buffer.rows >= 2 * this.#config.maxRows || this.#buffer.bytes >= 2 * this.#config.maxBytes;
  }

  /** Must be read on whatever the memory says, or it would wait for ever. */
  get needsMore(): boolean {
    return this.#plan.length > 0 && !this.#headIsRead();
  }

  async #run(): Promise<void> {
    const { signal } = this.#aborting;
    while (!signal.aborted) {
      await this.#untilReady();
      await this.#deps.gate.pass(signal);
      if (signal.aborted) return;
      const waitMs = (await this.#deps.slots.run(() => this.#step(), signal)) ?? 0;
      this.#deps.changed();
      if (waitMs > 0) await this.#deps.clock.sleep(waitMs, signal);
    }
  }

  async #untilReady(): Promise<void> {
    const { clock } = this.#deps;
    while (!this.#aborting.signal.aborted) {
      const dueInMs = this.#dueInMs();
      if (dueInMs === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const cancel = dueInMs === null ? null : clock.schedule(dueInMs, resolve);
      await promise;
      cancel?.();
    }
  }

  /** Milliseconds until there is something to insert, null when only new records can tell. */
  #dueInMs(): number | null {
    if (this.#plan.length > 0) return this.#headIsRead() ? 0 : null;
    const { rows, bytes, oldestReceivedMs } = this.#buffer;
    if (oldestReceivedMs === null) return null;
    if (this.#draining || rows >= this.#config.maxRows || bytes >= this.#config.maxBytes) return 0;
    return Math.max(0, oldestReceivedMs + this.#config.maxAgeMs - this.#deps.clock.monotonicMs());
  }

  #headIsRead(): boolean {
    const head = this.#plan[0];
    return head !== undefined && this.#buffer.nextOffset > head.lastOffset;
  }

  /** One try at the head of the plan. Returns how long to wait before the next step. */
  async #step(): Promise<number> {
    if (this.#aborting.signal.aborted) return 0;
    if (this.#plan.length === 0) {
      const range = this.#buffer.cut(this.#config.maxRows, this.#config.maxBytes);
      if (range === null) return 0;
      this.#plan = [range];
    }
    if (encodePlan(this.#plan) !== this.#committedPlan && !(await this.#commit())) return 0;
    const head = this.#plan[0] as PlannedRange;
    const records = this.#buffer.records(head);
    const encoded = encodeRange(this.#encoder, records);
    try {
      if (encoded.rows > 0) await this.#insert(head, records, encoded);
    } catch (error) {
      if (!(error instanceof WarehouseError)) throw error;
      if (this.#aborting.signal.aborted) return 0;
      return this.#onError(error, head, records, encoded);
    }
    return this.#done(head, encoded);
  }

  /** The head's rows are in ClickHouse: its position is committed, with the letters of its records that get no row. */
  async #done(head: PlannedRange, { rows, refused }: EncodedRange): Promise<number> {
    this.#attempts = 0;
    this.#ambiguousUntilMs = 0;
    if (rows > 0) this.#rejectionsInARow = 0;
    this.#setProblem(null);
    if (refused.length > 0) return this.#reject(head, refused);
    this.#advance(head);
    await this.#commit();
    return 0;
  }

  async #insert(range: PlannedRange, records: readonly LogRecord[], { bytes, rows }: EncodedRange): Promise<void> {
    const { stream, warehouse, clock, metrics } = this.#deps;
    const { signal } = this.#aborting;
    const { topic, partition } = this.#partition;
    const place = { topic, partition, firstOffset: range.firstOffset, lastOffset: range.lastOffset };
    const labels = { stream, partition: String(partition) };
    const fromMs = clock.monotonicMs();
    if (range.fromRaw) {
      await warehouse.insertFromRaw(place, signal);
    } else {
      await warehouse.insertRange({ ...place, stream, rows: bytes }, signal);
      metrics.bytes.inc(labels, bytes.length);
    }
    metrics.insert.observe({ stream }, (clock.monotonicMs() - fromMs) / 1000);
    metrics.rows.inc(labels, rows);
    metrics.batches.inc(labels);
    const oldest = records[0];
    if (oldest !== undefined) {
      metrics.latency.observe({ stream }, Math.max(0, clock.wallMs() - oldest.timestampMs) / 1000);
    }
  }

  async #onError(
    error: WarehouseError,
    head: PlannedRange,
    records: readonly LogRecord[],
    encoded: EncodedRange,
  ): Promise<number> {
    const { gate, clock } = this.#deps;
    this.#attempts++;
    if (error.code === null) this.#ambiguousUntilMs = clock.monotonicMs() + AMBIGUOUS_MS;
    if (error.kind !== 'retryable') await gate.check();
    // Tables that are not as they should be explain anything, also rows that are refused: no dead letters then.
    if (error.kind === 'schema' || (error.kind === 'row' && gate.problem !== null)) {
      return this.#retry(error, gate.problem === null ? error.message : `${error.message} (${gate.problem})`);
    }
    const shortOfMemory =
      error.code === MEMORY_LIMIT_EXCEEDED &&
      this.#attempts >= MEMORY_FAILURES_BEFORE_SPLIT &&
      clock.monotonicMs() >= this.#ambiguousUntilMs;
    if ((error.kind === 'row' || shortOfMemory) && records.length > 1) {
      return this.#split(error, head, records, encoded);
    }
    if (error.kind === 'retryable') return this.#retry(error, error.message);
    const record = records[0];
    if (record === undefined) throw new Error(`ClickHouse refuses a row of an empty range: ${error.message}`);
    if (this.#rejectionsInARow >= MAX_REJECTIONS_IN_A_ROW) {
      return this.#retry(
        error,
        `ClickHouse refused the last ${this.#rejectionsInARow} rows and this one: ${error.message}`,
      );
    }
    const outcome = await this.#reject(head, [{ record, rejection: reject('rejected_by_warehouse', error.message) }]);
    if (outcome === 0) this.#rejectionsInARow++;
    return outcome;
  }

  #retry(error: WarehouseError, problem: string): number {
    const { stream, metrics, log } = this.#deps;
    metrics.retries.inc({ stream, reason: error.kind });
    const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#attempts - 1, 16));
    const fields = { ...this.#partition, kind: error.kind, code: error.code, problem, waitMs };
    log.warn(fields, 'insert failed, will be tried again');
    this.#setProblem(problem);
    return waitMs;
  }

  /** Halves the head. The new plan is committed before any half is tried. */
  async #split(
    error: WarehouseError,
    head: PlannedRange,
    records: readonly LogRecord[],
    encoded: EncodedRange,
  ): Promise<number> {
    const { stream, warehouse, metrics, log } = this.#deps;
    const { into, arrive } = STREAM_TABLES[stream];
    const range = { ...this.#partition, firstOffset: head.firstOffset, lastOffset: head.lastOffset };
    let { fromRaw } = head;
    try {
      // An earlier try may have been applied after all.
      const arrived = await warehouse.countRange(arrive, range);
      if (arrived >= encoded.rows) return this.#done(head, encoded);
      // Some of its parts are there: whole, with its token, the rest is added; in halves those would be doubled.
      if (arrived > 0) return this.#retry(error, `${error.message} (${arrived} of ${encoded.rows} rows are there)`);
      // All in the first table: it was the view that failed, and sending the halves would put them there twice.
      if (into !== arrive) fromRaw ||= (await warehouse.countRange(into, range)) >= encoded.rows;
    } catch (failure) {
      if (!(failure instanceof WarehouseError)) throw failure;
      return this.#retry(failure, failure.message);
    }
    const middle = records.length >> 1;
    const left = { firstOffset: head.firstOffset, lastOffset: (records[middle - 1] as LogRecord).offset, fromRaw };
    const right = { firstOffset: (records[middle] as LogRecord).offset, lastOffset: head.lastOffset, fromRaw };
    metrics.splits.inc({ stream });
    log.debug({ ...this.#partition, left, right }, 'range split');
    this.#plan = [left, right, ...this.#plan.slice(1)];
    this.#attempts = 0;
    return 0;
  }

  /** Ends the head with letters; 0 when it is done, else how long to wait before it is tried once more from its insert on. */
  async #reject(head: PlannedRange, refused: readonly RefusedRecord[]): Promise<number> {
    const { stream, metrics, log, rejected } = this.#deps;
    const rest = this.#plan.slice(1);
    const commit = this.#commitOf(rest, rest[0]?.firstOffset ?? head.lastOffset + 1);
    const outcome = await this.#patiently(() => rejected.send(refused, commit));
    if (outcome !== 'done') return outcome === 'fenced' ? this.#lost() : FIRST_RETRY_MS;
    this.#attempts = 0;
    for (const { rejection } of refused) metrics.rejected.inc({ stream, reason: rejection.reason });
    const reasons = [...new Set(refused.map(({ rejection }) => rejection.reason))];
    const fields = { ...this.#partition, offset: refused[0]?.record.offset, records: refused.length, reasons };
    log.warn(fields, 'records get no row');
    this.#advance(head);
    this.#committedPlan = commit.metadata;
    return 0;
  }

  #advance(done: PlannedRange): void {
    this.#buffer.drop(done.lastOffset);
    this.#plan = this.#plan.slice(1);
    const next = this.#plan[0]?.firstOffset;
    // With nothing held, everything up to the next offset is done, also what is no record.
    this.#position = next ?? (this.#buffer.rows === 0 ? this.#buffer.nextOffset : done.lastOffset + 1);
  }

  #commitOf(plan: Plan, offset: number): OffsetCommit {
    return { ...this.#partition, offset, metadata: encodePlan(plan) };
  }

  /** Commits position and plan. False when the partition is somebody else's now. */
  async #commit(): Promise<boolean> {
    const commit = this.#commitOf(this.#plan, this.#position);
    const outcome = await this.#patiently(() => this.#deps.consumer.commit([commit]));
    if (outcome === 'committed') {
      this.#committedPlan = commit.metadata;
      return true;
    }
    if (outcome === 'fenced') this.#lost();
    return false;
  }

  /** Calls the log until it answers; waiting is all that can be done. */
  async #patiently<T>(call: () => Promise<T>): Promise<T | 'again'> {
    const { clock, log } = this.#deps;
    for (let attempt = 0; !this.#aborting.signal.aborted; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (!isRetriable(error)) throw error;
        log.warn({ ...this.#partition, code: error.code }, 'event log does not answer');
        await clock.sleep(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 16)), this.#aborting.signal);
      }
    }
    return 'again';
  }

  #lost(): number {
    this.#deps.log.info({ ...this.#partition }, 'the group has moved on, this writer of the partition ends');
    this.#aborting.abort();
    return 0;
  }

  #setProblem(problem: string | null): void {
    this.#problem = problem;
    this.#deps.changed();
  }
}
