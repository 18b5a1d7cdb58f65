import { EventLogError, type PollOptions, type Reader, type RecordBatch, type TopicPartition } from '../port.ts';
import type { LocalReads } from './local-log.ts';
import { Waiter } from './waiter.ts';

const DEFAULT_MAX_RECORDS = 5_000;
const MAX_READ_BYTES = 8 * 1024 * 1024;

/** A reader without a group. */
export class LocalReader implements Reader {
  readonly #log: LocalReads;
  readonly #partition: TopicPartition;
  readonly #id: number;
  readonly #waiter: Waiter;
  #position: number;
  #closed = false;

  /** @throws EventLogError `unknown_topic_or_partition`. */
  constructor(log: LocalReads, partition: TopicPartition, fromOffset: number) {
    this.#log = log;
    this.#partition = { topic: partition.topic, partition: partition.partition };
    this.#id = log.partitionId(partition.topic, partition.partition);
    this.#position = fromOffset;
    this.#waiter = new Waiter(log);
  }

  async read({ timeoutMs, maxRecords = DEFAULT_MAX_RECORDS }: PollOptions): Promise<RecordBatch> {
    const { clock } = this.#log;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    await this.#log.turn();
    for (;;) {
      if (this.#closed || this.#log.closed) throw new EventLogError('closed', 'the reader is closed');
      const fetchedOffset = this.#position;
      const fetched = this.#log.fetch(this.#id, fetchedOffset, maxRecords, MAX_READ_BYTES);
      const leftMs = deadlineMs - clock.monotonicMs();
      if (fetched.nextOffset !== fetchedOffset || leftMs <= 0) {
        const { records, nextOffset, endOffset } = fetched;
        this.#position = nextOffset;
        return { ...this.#partition, records, fetchedOffset, nextOffset, endOffset };
      }
      await this.#waiter.wait(leftMs);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiter.wake();
  }
}
