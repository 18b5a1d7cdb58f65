import {
  type AppendBatch,
  deadLetterRecord,
  type EventLog,
  type OffsetCommit,
  partitionOf,
  type TopicPartition,
  type TransactionalProducer,
} from '@logweave/event-log';
import type { RefusedRecord } from './encode-range.ts';

export interface RejectedRecordsOptions {
  readonly group: string;
  readonly deadLetterTopic: string;
  readonly deadLetterPartitions: number;
}

/**
 * Sends a partition's rejected records to the dead-letter topic, in one transaction with the offset behind them, so that
 * a crash neither loses nor doubles one. The transactional id is the partition's lease: opening it fences a writer
 * that has lost the partition and does not know.
 */
export class RejectedRecords {
  readonly #eventLog: Pick<EventLog, 'transactionalProducer' | 'committed'>;
  readonly #options: RejectedRecordsOptions;
  readonly #partition: TopicPartition;
  #producer: TransactionalProducer | null = null;

  constructor(
    eventLog: Pick<EventLog, 'transactionalProducer' | 'committed'>,
    partition: TopicPartition,
    options: RejectedRecordsOptions,
  ) {
    this.#eventLog = eventLog;
    this.#partition = partition;
    this.#options = options;
  }

  /** Takes the lease. To be done before the committed offset is read. @throws EventLogError. */
  async open(): Promise<void> {
    const { topic, partition } = this.#partition;
    this.#producer = await this.#eventLog.transactionalProducer(`${this.#options.group}-${topic}-${partition}`);
  }

  /**
   * Writes the letters and commits the offset, all or nothing.
   * @returns `again` when nothing was applied and the same call may succeed later.
   * @throws EventLogError from opening the producer anew.
   */
  async send(refused: readonly RefusedRecord[], commit: OffsetCommit): Promise<'done' | 'fenced' | 'again'> {
    const producer = this.#producer;
    if (producer === null) {
      await this.open();
      // An earlier attempt may have been applied after all.
      return (await this.#isCommitted(commit)) ? 'done' : 'again';
    }
    const { group } = this.#options;
    const outcome = await producer.commit({ batches: this.#letters(refused), group, offsets: [commit] });
    if (outcome.kind === 'committed') return 'done';
    this.#producer = null;
    await producer.close();
    return outcome.kind === 'fenced' ? 'fenced' : 'again';
  }

  #letters(refused: readonly RefusedRecord[]): readonly AppendBatch[] {
    const { deadLetterTopic, deadLetterPartitions } = this.#options;
    const { topic, partition } = this.#partition;
    const byPartition = Map.groupBy(refused, ({ record }) =>
      partitionOf(record.key ?? Buffer.from(`${topic}-${partition}`), deadLetterPartitions),
    );
    return [...byPartition].map(([letterPartition, letters]) => ({
      topic: deadLetterTopic,
      partition: letterPartition,
      records: letters.map(({ record, rejection }) =>
        deadLetterRecord({
          stage: 'clickhouse-writer',
          rejection,
          key: record.key,
          value: record.value,
          arrivalMs: record.timestampMs,
          source: { topic, partition, offset: record.offset },
        }),
      ),
    }));
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    await producer?.close();
  }

  async #isCommitted(commit: OffsetCommit): Promise<boolean> {
    const [committed] = await this.#eventLog.committed(this.#options.group, [this.#partition]);
    return committed?.offset === commit.offset && committed.metadata === commit.metadata;
  }
}
