import type { PreparedBatch } from './prepared-batch.ts';

/** Sequence numbers begin again at 0 after this. */
const SEQUENCE_SPAN = 2 ** 31;

/** A batch on its way, and who waits for it. */
export interface QueuedBatch extends PreparedBatch {
  readonly done: (baseOffset: number) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * What one producer sends to one partition: one batch after the other, each with the sequence number that follows. A batch
 * that is sent again has the same number, so the broker knows it.
 */
export class PartitionLane {
  readonly topic: string;
  readonly partition: number;
  readonly queue: QueuedBatch[] = [];
  /** The first of the queue is on its way. */
  busy = false;
  sequence = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get head(): QueuedBatch | undefined {
    return this.queue[0];
  }

  /** The first of the queue is in the log. */
  acknowledge(baseOffset: number): void {
    const batch = this.queue.shift();
    if (batch === undefined) throw new Error('a batch was acknowledged that nobody sent');
    this.sequence = (this.sequence + batch.records) % SEQUENCE_SPAN;
    batch.done(baseOffset);
  }

  /** The first of the queue is not in the log and never will be. */
  refuse(error: unknown): void {
    this.queue.shift()?.failed(error);
  }
}
