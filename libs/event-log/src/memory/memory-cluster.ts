import type { Clock } from '@logweave/model';
import { GroupCoordinator } from '../local/group-coordinator.ts';
import {
  type AppendBatch,
  type CommittedOffset,
  EventLogError,
  type LogRecord,
  type OffsetCommit,
  type TopicSpec,
} from '../port.ts';
import { checkRecords, checkSameTopic } from '../record-limits.ts';
import { MemoryFaults } from './faults.ts';
import { MemoryEventLog } from './memory-log.ts';
import { MemoryPartition, type TransactionState } from './memory-partition.ts';

export interface MemoryClusterOptions {
  readonly clock: Clock;
  /** The end of a transaction takes an offset in each partition, as in Kafka. Default false. */
  readonly transactionMarkers?: boolean;
  /** After so long an open transaction whose owner is gone is aborted. Default 30 s. */
  readonly transactionTimeoutMs?: number;
  /** How long compaction keeps a tombstone. Default 10 minutes. */
  readonly tombstoneMs?: number;
}

/** A transaction that has written and may not have ended. */
export interface MemoryTransaction extends TransactionState {
  readonly transactionalId: string;
  readonly partitions: readonly MemoryPartition[];
  readonly baseOffsets: readonly number[];
}

/**
 * The log itself, which outlives the processes that use it. `connect` gives one process's view of it; `faults` says
 * what goes wrong; all time is the clock's.
 */
export class MemoryCluster {
  readonly clock: Clock;
  readonly faults = new MemoryFaults();
  readonly groups = new GroupCoordinator();
  /** Nobody gets an answer while this is false: appends wait, commits are aborted, polls find nothing. */
  available = true;
  /** While this is false everybody is told that he may not do what he asks for, but for those who read and poll already. */
  allowed = true;
  readonly #options: MemoryClusterOptions;
  readonly #clients = new Set<MemoryEventLog>();
  readonly #topics = new Map<string, { spec: TopicSpec; readonly firstId: number }>();
  readonly #partitions: MemoryPartition[] = [];
  readonly #committed = new Map<string, CommittedOffset>();
  readonly #epochs = new Map<string, number>();
  readonly #open = new Map<string, MemoryTransaction>();
  readonly #timeouts = new Map<MemoryTransaction, () => void>();

  constructor(options: MemoryClusterOptions) {
    this.clock = options.clock;
    this.#options = options;
  }

  /** A process's connection. */
  connect(): MemoryEventLog {
    const client = new MemoryEventLog(this, (gone) => this.#clients.delete(gone));
    this.#clients.add(client);
    return client;
  }

  /** The log answers again, or no longer. */
  setAvailable(available: boolean): void {
    this.available = available;
    this.wakeAll();
  }

  /** Committed records of a topic, or of one partition of it, in the order of partitions and offsets. */
  records(topic: string, partition?: number): LogRecord[] {
    const { spec, firstId } = this.#topic(topic);
    const indexes = partition === undefined ? Array.from({ length: spec.partitions }, (_, i) => i) : [partition];
    return indexes.flatMap((index) => this.partition(firstId + index).committed());
  }

  /** Retention and compaction, now. Retention leaves what a group that has committed has not read. */
  maintain(): void {
    const nowMs = this.clock.wallMs();
    for (const { spec, firstId } of this.#topics.values()) {
      for (let id = firstId; id < firstId + spec.partitions; id++) {
        this.partition(id).retain(spec, nowMs, this.#slowestOffset(id));
        if (spec.cleanup === 'compact') this.partition(id).compact(nowMs - (this.#options.tombstoneMs ?? 600_000));
      }
    }
  }

  ensureTopic(spec: TopicSpec): void {
    const existing = this.#topics.get(spec.name);
    if (existing !== undefined) {
      checkSameTopic(existing.spec, spec);
      existing.spec = { ...spec };
      return;
    }
    this.#topics.set(spec.name, { spec: { ...spec }, firstId: this.#partitions.length });
    for (let index = 0; index < spec.partitions; index++) this.#partitions.push(new MemoryPartition(spec.name, index));
  }

  topics(): TopicSpec[] {
    return [...this.#topics.values()].map(({ spec }) => spec);
  }

  partitionCount(topic: string): number {
    return this.#topic(topic).spec.partitions;
  }

  partitionId(topic: string, partition: number): number {
    const { spec, firstId } = this.#topic(topic);
    if (!Number.isInteger(partition) || partition < 0 || partition >= spec.partitions) {
      throw new EventLogError('unknown_topic_or_partition', `there is no partition ${topic}/${partition}`);
    }
    return firstId + partition;
  }

  partition(id: number): MemoryPartition {
    const partition = this.#partitions[id];
    if (partition === undefined) throw new Error(`there is no partition with id ${id}`);
    return partition;
  }

  committed(group: string, id: number): CommittedOffset | null {
    return this.#committed.get(`${id} ${group}`) ?? null;
  }

  setCommitted(group: string, id: number, offset: CommittedOffset): void {
    this.#committed.set(`${id} ${group}`, offset);
  }

  /** @throws EventLogError `record_too_large`, `unknown_topic_or_partition`. */
  check(batches: readonly AppendBatch[]): void {
    for (const { topic, partition, records } of batches) {
      this.partitionId(topic, partition);
      checkRecords(this.#topic(topic).spec, records);
    }
  }

  append(batches: readonly AppendBatch[], transaction: TransactionState | null): number[] {
    const bases = batches.map(({ topic, partition, records }) =>
      this.partition(this.partitionId(topic, partition)).append(records, transaction),
    );
    this.wakeAll();
    return bases;
  }

  /** Makes a new holder of a transactional id: ends what the last one left open and returns the new epoch. */
  open(transactionalId: string): number {
    const left = this.#open.get(transactionalId);
    if (left !== undefined) this.#end(left, 'aborted');
    const epoch = this.epoch(transactionalId) + 1;
    this.#epochs.set(transactionalId, epoch);
    return epoch;
  }

  epoch(transactionalId: string): number {
    return this.#epochs.get(transactionalId) ?? -1;
  }

  /** Writes a transaction's records and leaves it open. */
  begin(transactionalId: string, batches: readonly AppendBatch[]): MemoryTransaction {
    const state: TransactionState = { state: 'open' };
    const baseOffsets = this.append(batches, state);
    const partitions = batches.map(({ topic, partition }) => this.partition(this.partitionId(topic, partition)));
    const transaction = Object.assign(state, { transactionalId, partitions, baseOffsets });
    this.#open.set(transactionalId, transaction);
    // As Kafka's coordinator does: the holder is fenced, too.
    const timeOut = this.clock.schedule(this.#options.transactionTimeoutMs ?? 30_000, () => this.open(transactionalId));
    this.#timeouts.set(transaction, timeOut);
    return transaction;
  }

  /** Makes a transaction and its offsets visible; false when it has been aborted meanwhile. */
  commit(transaction: MemoryTransaction, group: string, offsets: readonly OffsetCommit[]): boolean {
    if (transaction.state !== 'open') return false;
    for (const { topic, partition, offset, metadata } of offsets) {
      this.setCommitted(group, this.partitionId(topic, partition), { offset, metadata });
    }
    this.#end(transaction, 'committed');
    return true;
  }

  abort(transaction: MemoryTransaction): void {
    if (transaction.state === 'open') this.#end(transaction, 'aborted');
  }

  wakeAll(): void {
    for (const client of this.#clients) client.wakeAll();
  }

  #end(transaction: MemoryTransaction, state: 'committed' | 'aborted'): void {
    transaction.state = state;
    this.#open.delete(transaction.transactionalId);
    this.#timeouts.get(transaction)?.();
    this.#timeouts.delete(transaction);
    for (const partition of new Set(transaction.partitions)) {
      partition.end(transaction, this.#options.transactionMarkers ?? false);
    }
    this.wakeAll();
  }

  #topic(name: string): { spec: TopicSpec; readonly firstId: number } {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new EventLogError('unknown_topic_or_partition', `there is no topic ${name}`);
    return topic;
  }

  #slowestOffset(id: number): number {
    let slowest = Number.POSITIVE_INFINITY;
    for (const [name, { offset }] of this.#committed) {
      if (name.startsWith(`${id} `)) slowest = Math.min(slowest, offset);
    }
    return slowest;
  }
}
