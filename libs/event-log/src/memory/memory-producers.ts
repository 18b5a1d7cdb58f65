import {
  type AppendBatch,
  type CommitOutcome,
  EventLogError,
  type Producer,
  type Transaction,
  type TransactionalProducer,
} from '../port.ts';
import { checkMetadata } from '../record-limits.ts';
import type { MemoryEventLog } from './memory-log.ts';
import { refused, RETRY_MS, unavailable } from './retry.ts';

/** Appends one call after the other, and each until the log has answered. */
export class MemoryProducer implements Producer {
  readonly #log: MemoryEventLog;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** Set once it has been refused. */
  #refusal: EventLogError | null = null;

  constructor(log: MemoryEventLog) {
    this.#log = log;
  }

  async append(batches: readonly AppendBatch[]): Promise<readonly number[]> {
    if (this.#closed || this.#log.closed) throw new EventLogError('closed', 'the producer is closed');
    this.#log.cluster.check(batches);
    const appended = this.#last.then(() => this.#append(batches));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#log.life.alive();
  }

  async #append(batches: readonly AppendBatch[]): Promise<readonly number[]> {
    const { cluster, life } = this.#log;
    // What an attempt has appended: the log knows it by its sequence number and answers the same again.
    let appended: readonly number[] | null = null;
    for (;;) {
      await life.alive();
      const fault = cluster.faults.take(
        'append',
        batches.map(({ topic }) => topic),
      );
      if (fault?.kind === 'delay') await life.sleep(fault.ms);
      if (cluster.available && !cluster.allowed) this.#refusal ??= refused('appending');
      if (this.#refusal !== null) throw this.#refusal;
      if (cluster.available && fault?.kind !== 'refuse') {
        appended ??= cluster.append(batches, null);
        if (fault?.kind !== 'lose_answer') return appended;
      }
      await life.sleep(RETRY_MS);
    }
  }
}

/** Holds one epoch of a transactional id. */
export class MemoryTransactionalProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly #log: MemoryEventLog;
  readonly #epoch: number;
  #state: 'ready' | 'committing' | 'done' = 'ready';

  constructor(log: MemoryEventLog, transactionalId: string, epoch: number) {
    this.#log = log;
    this.transactionalId = transactionalId;
    this.#epoch = epoch;
  }

  async commit(transaction: Transaction): Promise<CommitOutcome> {
    if (this.#state === 'committing') throw new Error(`a transaction of ${this.transactionalId} is under way`);
    if (this.#state === 'done' || this.#log.closed) {
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
    await this.#log.life.alive();
  }

  async #commit({ batches, group, offsets }: Transaction): Promise<CommitOutcome> {
    const { cluster, life } = this.#log;
    await life.alive();
    try {
      checkMetadata(offsets);
      cluster.check(batches);
      for (const { topic, partition } of offsets) cluster.partitionId(topic, partition);
    } catch (error) {
      if (error instanceof EventLogError) return { kind: 'aborted', error };
      throw error;
    }
    const fault = cluster.faults.take('commit', [this.transactionalId]);
    const error = unavailable(`the transaction of ${this.transactionalId} could not be committed`);
    if (!cluster.available || fault?.kind === 'refuse') return { kind: 'aborted', error };
    if (!cluster.allowed) return { kind: 'aborted', error: refused(`the transaction of ${this.transactionalId}`) };
    if (fault?.kind === 'fence') cluster.open(this.transactionalId);
    if (cluster.epoch(this.transactionalId) !== this.#epoch) return { kind: 'fenced' };
    const written = cluster.begin(this.transactionalId, batches);
    // The request that never arrives is the one to commit; what is written stays open until the id is opened anew.
    if (fault?.kind === 'lose_request') return { kind: 'unknown', error };
    if (fault?.kind === 'delay') await life.sleep(fault.ms);
    if (!cluster.commit(written, group, offsets)) return { kind: 'fenced' };
    if (fault?.kind === 'lose_answer') return { kind: 'unknown', error };
    return { kind: 'committed', baseOffsets: written.baseOffsets };
  }
}
