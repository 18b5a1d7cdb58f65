import {
  type AppendBatch,
  type CommitOutcome,
  checkMetadata,
  checkRecords,
  EventLogError,
  type Producer,
  type Transaction,
  type TransactionalProducer,
} from '@logweave/event-log';
import { type EncodedBatch, encodeBatches } from './batch-codec.ts';
import type { Partition } from './catalog.ts';
import type { LogCore } from './log-core.ts';
import type { WriteTransaction } from './write-transaction.ts';

/** Stored batches are about this long: whole batches are read, so this bounds what one look at the log costs. */
const STORED_BATCH_BYTES = 1024 * 1024;

interface Prepared {
  readonly partition: Partition;
  readonly batches: readonly EncodedBatch[];
}

/** Checks and encodes at once, while the caller's bytes are still what they were. */
function prepare(core: LogCore, batches: readonly AppendBatch[]): Prepared[] {
  const checked = batches.map(({ topic, partition, records }) => {
    checkRecords(core.catalog.topic(topic).spec, records);
    return { partition: core.catalog.partition(topic, partition), records };
  });
  return checked.map(({ partition, records }) => ({ partition, batches: encodeBatches(records, STORED_BATCH_BYTES) }));
}

function bytesOf(prepared: readonly Prepared[]): number {
  return prepared.reduce((sum, { batches }) => batches.reduce((bytes, { data }) => bytes + data.length, sum), 0);
}

function write(transaction: WriteTransaction, prepared: readonly Prepared[]): number[] {
  return prepared.map(({ partition, batches }) => transaction.append(partition, batches));
}

/** Appends without a transactional id. All batches of one call become visible together. */
export class EmbeddedProducer implements Producer {
  readonly #core: LogCore;
  readonly #underWay = new Set<Promise<readonly number[]>>();
  #closed = false;

  constructor(core: LogCore) {
    this.#core = core;
  }

  async append(batches: readonly AppendBatch[]): Promise<readonly number[]> {
    if (this.#closed) throw new EventLogError('closed', 'the producer is closed');
    const prepared = prepare(this.#core, batches);
    const appended = new Promise<readonly number[]>((resolve, reject) => {
      let baseOffsets: readonly number[] = [];
      this.#core.queue.push({
        bytes: bytesOf(prepared),
        admit: () => true,
        write: (transaction) => {
          baseOffsets = write(transaction, prepared);
        },
        done: () => resolve(baseOffsets),
        failed: (error) => {
          // The next attempt begins where the file really ends, so even a lost COMMIT is not applied twice.
          if (error.retriable) return 'again';
          reject(error);
          return 'settled';
        },
      });
    });
    this.#underWay.add(appended);
    try {
      return await appended;
    } finally {
      this.#underWay.delete(appended);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
  }
}

/** Holds one epoch of a transactional id; a transaction is written only while that is the newest. */
export class EmbeddedTransactionalProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly #core: LogCore;
  readonly #epoch: number;
  #state: 'ready' | 'committing' | 'done' = 'ready';

  private constructor(core: LogCore, transactionalId: string, epoch: number) {
    this.transactionalId = transactionalId;
    this.#core = core;
    this.#epoch = epoch;
  }

  static open(core: LogCore, transactionalId: string): Promise<EmbeddedTransactionalProducer> {
    return new Promise((resolve, reject) => {
      let epoch = 0;
      core.queue.push({
        bytes: 0,
        admit: () => true,
        write: (transaction) => {
          epoch = transaction.epoch(transactionalId) + 1;
          transaction.setEpoch(transactionalId, epoch);
        },
        done: () => resolve(new EmbeddedTransactionalProducer(core, transactionalId, epoch)),
        failed: (error) => {
          if (error.retriable) return 'again';
          reject(error);
          return 'settled';
        },
      });
    });
  }

  async commit(transaction: Transaction): Promise<CommitOutcome> {
    if (this.#state === 'committing') throw new Error(`a transaction of ${this.transactionalId} is under way`);
    if (this.#state === 'done') {
      return { kind: 'aborted', error: new EventLogError('closed', `the producer of ${this.transactionalId} is done`) };
    }
    this.#state = 'committing';
    const outcome = await this.#commit(transaction);
    // `close` may have come in between.
    if (this.#state === 'committing') this.#state = outcome.kind === 'committed' ? 'ready' : 'done';
    return outcome;
  }

  async close(): Promise<void> {
    this.#state = 'done';
  }

  #commit(transaction: Transaction): Promise<CommitOutcome> {
    let prepared: Prepared[];
    let offsets: { id: number; offset: number; metadata: string }[];
    try {
      checkMetadata(transaction.offsets);
      offsets = transaction.offsets.map(({ topic, partition, offset, metadata }) => ({
        id: this.#core.partitionId(topic, partition),
        offset,
        metadata,
      }));
      prepared = prepare(this.#core, transaction.batches);
    } catch (error) {
      if (error instanceof EventLogError) return Promise.resolve({ kind: 'aborted', error });
      throw error;
    }
    return new Promise((resolve) => {
      let baseOffsets: readonly number[] = [];
      this.#core.queue.push({
        bytes: bytesOf(prepared),
        admit: (current) => {
          if (current.epoch(this.transactionalId) === this.#epoch) return true;
          resolve({ kind: 'fenced' });
          return false;
        },
        write: (current) => {
          baseOffsets = write(current, prepared);
          for (const { id, offset, metadata } of offsets) {
            current.commitOffset(transaction.group, id, { offset, metadata });
          }
        },
        done: () => resolve({ kind: 'committed', baseOffsets }),
        failed: (error, mayBeApplied) => {
          resolve(mayBeApplied ? { kind: 'unknown', error } : { kind: 'aborted', error });
          return 'settled';
        },
      });
    });
  }
}
