import {
  checkMetadata,
  type CommitOutcome,
  EventLogError,
  type Transaction,
  type TransactionalProducer,
  type TransactionScope,
} from '@logweave/event-log';
import type { WritableCompression } from './compression.ts';
import { endForgotten } from './forgotten-transaction.ts';
import { asEventLogError, diagnose } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { KafkaBroker, TransactionIdentity } from './kafkajs.ts';
import { LaneSender } from './lane-sender.ts';
import { prepareBatches, type PreparedBatch } from './prepared-batch.ts';
import type { TopicCatalog } from './topic-catalog.ts';

export interface KafkaTransactionsDeps {
  readonly cluster: KafkaCluster;
  readonly catalog: TopicCatalog;
  readonly compression: WritableCompression;
  /** After this the coordinator ends a transaction that was left open. */
  readonly transactionTimeoutMs: number;
  /** A transaction was found that the brokers had left without its end. */
  readonly forgotten: () => void;
}

/** The holder of a transactional id. The epoch that it was opened with is its lease. */
export class KafkaTransactionalProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly #deps: KafkaTransactionsDeps;
  readonly #identity: TransactionIdentity;
  readonly #sender: LaneSender;
  /** Ends the retries of a transaction that has failed. */
  readonly #stopped = new AbortController();
  #done = false;

  constructor(deps: KafkaTransactionsDeps, identity: TransactionIdentity) {
    this.#deps = deps;
    this.#identity = identity;
    this.transactionalId = identity.transactionalId;
    const { transactionalId, producerEpoch } = identity;
    const producerId = BigInt(identity.producerId);
    this.#sender = new LaneSender({
      cluster: deps.cluster,
      identity: () => ({ transactionalId, producerId, producerEpoch }),
      mend: async () => 'fail',
      signal: this.#stopped.signal,
    });
  }

  /** Fences earlier holders; a transaction that one of them left open is aborted before this resolves. */
  static async open(
    deps: KafkaTransactionsDeps,
    transactionalId: string,
    scope: TransactionScope | null,
  ): Promise<KafkaTransactionalProducer> {
    const { cluster, transactionTimeoutMs } = deps;
    try {
      const made = await cluster.ask(
        'transaction',
        transactionalId,
        (broker) => broker.initProducerId({ transactionalId, transactionTimeout: transactionTimeoutMs }),
        { giveUpMs: 2 * transactionTimeoutMs, repeatable: true },
      );
      const { producerId, producerEpoch } = made;
      const identity = { transactionalId, producerId, producerEpoch };
      if (scope !== null && (await endForgotten(cluster, identity, scope))) deps.forgotten();
      return new KafkaTransactionalProducer(deps, identity);
    } catch (error) {
      throw asEventLogError(error, `opening the transactional id ${transactionalId}`);
    }
  }

  async commit(transaction: Transaction): Promise<CommitOutcome> {
    if (this.#done) {
      return { kind: 'aborted', error: new EventLogError('closed', `the producer of ${this.transactionalId} is done`) };
    }
    let parts: readonly (readonly PreparedBatch[])[];
    try {
      checkMetadata(transaction.offsets);
      parts = await prepareBatches(transaction.batches, this.#deps.catalog, this.#deps.compression);
    } catch (error) {
      this.#finish();
      return { kind: 'aborted', error: asEventLogError(error, 'preparing a transaction') };
    }
    const sent = parts.flat();
    if (sent.length === 0 && transaction.offsets.length === 0) {
      return { kind: 'committed', baseOffsets: parts.map(() => -1) };
    }
    let baseOffsets: number[];
    try {
      await this.#begin(sent, transaction);
      baseOffsets = await this.#write(parts, transaction);
    } catch (error) {
      return this.#abort(error);
    }
    return this.#end(baseOffsets);
  }

  async close(): Promise<void> {
    this.#finish();
  }

  #finish(): void {
    this.#done = true;
    this.#stopped.abort();
  }

  /** Partitions and group become part of the transaction before anything is written. */
  async #begin(sent: readonly PreparedBatch[], { group, offsets }: Transaction): Promise<void> {
    const byTopic = new Map<string, Set<number>>();
    for (const { topic, partition } of sent) {
      const partitions = byTopic.get(topic) ?? new Set();
      byTopic.set(topic, partitions.add(partition));
    }
    const topics = [...byTopic].map(([topic, partitions]) => ({ topic, partitions: [...partitions] }));
    const identity = this.#identity;
    await Promise.all([
      topics.length === 0 || this.#ask((broker) => broker.addPartitionsToTxn({ ...identity, topics })),
      offsets.length === 0 || this.#ask((broker) => broker.addOffsetsToTxn({ ...identity, groupId: group })),
    ]);
  }

  /**
   * Records and offsets at the same time. When one of them fails the other comes to its end first, too: what reached a
   * broker after the abort would belong to no transaction, and be pending for ever.
   */
  async #write(parts: readonly (readonly PreparedBatch[])[], transaction: Transaction): Promise<number[]> {
    const stopAtFailure = <T>(writing: Promise<T>): Promise<T> =>
      writing.catch((error: unknown) => {
        this.#stopped.abort();
        throw error;
      });
    const [bases, offsets] = await Promise.allSettled([
      stopAtFailure(this.#send(parts)),
      stopAtFailure(this.#commitOffsets(transaction)),
    ]);
    if (bases.status === 'rejected') throw bases.reason;
    if (offsets.status === 'rejected') throw offsets.reason;
    return bases.value;
  }

  async #send(parts: readonly (readonly PreparedBatch[])[]): Promise<number[]> {
    const bases = await Promise.all(parts.map((of) => Promise.all(of.map((part) => this.#sender.send(part)))));
    return bases.map((of) => of[0] ?? -1);
  }

  async #commitOffsets({ group, offsets }: Transaction): Promise<void> {
    if (offsets.length === 0) return;
    const byTopic = Map.groupBy(offsets, ({ topic }) => topic);
    const topics = [...byTopic].map(([topic, of]) => ({
      topic,
      partitions: of.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata })),
    }));
    await this.#deps.cluster.ask(
      'group',
      group,
      (broker) => broker.txnOffsetCommit({ ...this.#identity, groupId: group, topics }),
      { giveUpMs: this.#giveUpMs, repeatable: true, signal: this.#stopped.signal },
    );
  }

  async #end(baseOffsets: readonly number[]): Promise<CommitOutcome> {
    try {
      await this.#deps.cluster.ask(
        'transaction',
        this.transactionalId,
        (broker) => broker.endTxn({ ...this.#identity, transactionResult: true }),
        { giveUpMs: this.#giveUpMs, repeatable: false },
      );
      return { kind: 'committed', baseOffsets };
    } catch (error) {
      this.#finish();
      const { kind } = diagnose(error);
      if (kind === 'fenced') return { kind: 'fenced' };
      return { kind: 'unknown', error: asEventLogError(error, 'ending a transaction') };
    }
  }

  /** What cannot be ended here the next holder of the id ends, or the coordinator in its time. */
  async #abort(cause: unknown): Promise<CommitOutcome> {
    this.#finish();
    if (diagnose(cause).kind === 'fenced') return { kind: 'fenced' };
    try {
      await this.#ask((broker) => broker.endTxn({ ...this.#identity, transactionResult: false }));
    } catch (error) {
      if (diagnose(error).kind === 'fenced') return { kind: 'fenced' };
      const both = new AggregateError([cause, error], 'a transaction failed, and so did ending it');
      return {
        kind: 'aborted',
        error: new EventLogError('unavailable', both.message, { retriable: true, cause: both }),
      };
    }
    return { kind: 'aborted', error: asEventLogError(cause, 'a transaction') };
  }

  /** Requests that may be carried out twice. */
  #ask<T>(request: (broker: KafkaBroker) => Promise<T>): Promise<T> {
    const { cluster } = this.#deps;
    return cluster.ask('transaction', this.transactionalId, request, { giveUpMs: this.#giveUpMs, repeatable: true });
  }

  /** Half the time that the coordinator gives a transaction: what takes longer is better ended from here. */
  get #giveUpMs(): number {
    return this.#deps.transactionTimeoutMs / 2;
  }
}
