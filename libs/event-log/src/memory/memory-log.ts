import type { Clock } from '@logweave/model';
import { LocalConsumer } from '../local/local-consumer.ts';
import type { Fetched, LocalLog, ResolvedOffset } from '../local/local-log.ts';
import { LocalReader } from '../local/local-reader.ts';
import {
  type CommittedOffset,
  type Consumer,
  type ConsumerOptions,
  type EventLog,
  EventLogError,
  type Producer,
  type Reader,
  type TopicPartition,
  type TopicSpec,
  type TransactionalProducer,
  type Watermarks,
} from '../port.ts';
import type { MemoryCluster } from './memory-cluster.ts';
import { MemoryProducer, MemoryTransactionalProducer } from './memory-producers.ts';
import { ProcessLife } from './process-life.ts';
import { refused, RETRY_MS, unavailable } from './retry.ts';

/** One process's connection to a log in memory. */
export class MemoryEventLog implements EventLog, LocalLog {
  readonly clock: Clock;
  readonly waiting = new Set<() => void>();
  closed = false;
  readonly cluster: MemoryCluster;
  readonly life: ProcessLife;
  readonly #gone: (client: MemoryEventLog) => void;
  readonly #consumers: LocalConsumer[] = [];

  constructor(cluster: MemoryCluster, gone: (client: MemoryEventLog) => void) {
    this.cluster = cluster;
    this.life = new ProcessLife(cluster.clock);
    this.clock = this.life.clock;
    this.#gone = gone;
  }

  /**
   * Kills the process: nothing it waits for ever comes, nothing it asks for from now on is answered, and its consumers
   * leave their groups. What the log has applied stays; a transaction that is open is ended by whoever opens its id
   * next, or by its timeout.
   */
  async crash(): Promise<void> {
    this.life.end();
    this.#gone(this);
    this.waiting.clear();
    for (const consumer of this.#consumers) await consumer.close();
  }

  async ensureTopic(spec: TopicSpec): Promise<void> {
    await this.#reach();
    this.cluster.ensureTopic(spec);
  }

  async topics(): Promise<readonly TopicSpec[]> {
    await this.#reach();
    return this.cluster.topics();
  }

  async watermarks(topic: string): Promise<readonly Watermarks[]> {
    await this.#reach();
    return Array.from({ length: this.cluster.partitionCount(topic) }, (_, partition) => {
      return this.cluster.partition(this.cluster.partitionId(topic, partition)).watermarks;
    });
  }

  async committed(group: string, partitions: readonly TopicPartition[]): Promise<readonly (CommittedOffset | null)[]> {
    await this.#reach();
    return partitions.map(({ topic, partition }) =>
      this.cluster.committed(group, this.cluster.partitionId(topic, partition)),
    );
  }

  async reader(partition: TopicPartition, fromOffset: number): Promise<Reader> {
    await this.#reach();
    return new LocalReader(this, partition, fromOffset);
  }

  async producer(): Promise<Producer> {
    await this.#reach();
    return new MemoryProducer(this);
  }

  async transactionalProducer(transactionalId: string): Promise<TransactionalProducer> {
    await this.#reach();
    const fault = this.cluster.faults.take('open', [transactionalId]);
    if (fault?.kind === 'delay') await this.life.sleep(fault.ms);
    if (fault?.kind === 'refuse') throw unavailable(`${transactionalId} could not be opened`);
    return new MemoryTransactionalProducer(this, transactionalId, this.cluster.open(transactionalId));
  }

  async consumer(options: ConsumerOptions): Promise<Consumer> {
    await this.#reach();
    const consumer = new LocalConsumer(this, this.cluster.groups, options);
    this.#consumers.push(consumer);
    return consumer;
  }

  async close(): Promise<void> {
    await this.life.alive();
    if (this.closed) return;
    this.closed = true;
    for (const consumer of this.#consumers) await consumer.close();
    this.wakeAll();
    this.#gone(this);
  }

  wakeAll(): void {
    for (const wake of this.waiting) wake();
  }

  partitionCount(topic: string): number {
    return this.cluster.partitionCount(topic);
  }

  partitionId(topic: string, partition: number): number {
    return this.cluster.partitionId(topic, partition);
  }

  lowOffset(id: number): number {
    return this.cluster.partition(id).low;
  }

  stableOffset(id: number): number {
    return this.cluster.partition(id).stable;
  }

  committedOffset(group: string, id: number): CommittedOffset | null {
    return this.cluster.committed(group, id);
  }

  fetch(id: number, offset: number, maxRecords: number, maxBytes: number): Fetched {
    const partition = this.cluster.partition(id);
    if (!this.cluster.available) {
      return { records: [], nextOffset: offset, endOffset: partition.stable, bytes: 0 };
    }
    return partition.fetch(offset, maxRecords, maxBytes);
  }

  async commitOffsets(group: string, offsets: readonly ResolvedOffset[], allowed: () => boolean): Promise<boolean> {
    for (;;) {
      await this.life.alive();
      const fault = this.cluster.faults.take('offset_commit', [group]);
      if (fault?.kind === 'delay') await this.life.sleep(fault.ms);
      if (fault?.kind === 'fence') this.cluster.groups.rebalance(group);
      if (!this.cluster.available || fault?.kind === 'refuse') {
        await this.life.sleep(RETRY_MS);
        continue;
      }
      if (!this.cluster.allowed) throw refused(`committing offsets of ${group}`);
      if (!allowed()) return false;
      for (const { id, offset, metadata } of offsets) this.cluster.setCommitted(group, id, { offset, metadata });
      if (fault?.kind !== 'lose_answer') return true;
      await this.life.sleep(RETRY_MS);
    }
  }

  async turn(): Promise<void> {
    await this.life.alive();
    const fault = this.cluster.faults.take('poll', []);
    if (fault !== null) await this.life.sleep(fault.ms);
  }

  async #reach(): Promise<void> {
    await this.life.alive();
    if (this.closed) throw new EventLogError('closed', 'the event log is closed');
    while (!this.cluster.available) await this.life.sleep(RETRY_MS);
    if (!this.cluster.allowed) throw refused('a request');
  }
}
