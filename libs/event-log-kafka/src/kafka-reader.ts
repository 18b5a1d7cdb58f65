import {
  EventLogError,
  type PollOptions,
  type Reader,
  type RecordBatch,
  type TopicPartition,
} from '@logweave/event-log';
import { AssignedPartition } from './assigned-partition.ts';
import { Backoff } from './backoff.ts';
import { fetchFrom } from './fetch-partitions.ts';
import { asEventLogError } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { decodeRecords } from './record-batch-decoder.ts';

const DEFAULT_MAX_RECORDS = 5_000;
const FETCH_BYTES = 4 * 1024 * 1024;
const LONGEST_WAIT_MS = 250;
const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 1_000;

/** Reads one partition without a group. */
export class KafkaReader implements Reader {
  readonly #cluster: KafkaCluster;
  readonly #partition: AssignedPartition;
  #closed = false;

  constructor(cluster: KafkaCluster, partition: TopicPartition, fromOffset: number) {
    this.#cluster = cluster;
    this.#partition = new AssignedPartition(partition, fromOffset, false);
  }

  async read({ timeoutMs, maxRecords = DEFAULT_MAX_RECORDS }: PollOptions): Promise<RecordBatch> {
    const { clock } = this.#cluster;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const backoff = new Backoff(clock, FIRST_RETRY_MS, LAST_RETRY_MS);
    for (;;) {
      if (this.#closed) throw new EventLogError('closed', 'the reader is closed');
      const batch = this.#partition.deliver(maxRecords);
      if (batch !== null) return batch;
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0 && this.#partition.endOffset !== undefined) return this.#empty(this.#partition.endOffset);
      const asked = await this.#fetch(Math.max(0, Math.min(leftMs, LONGEST_WAIT_MS)));
      if (asked === null) continue;
      if (leftMs <= 0) throw asEventLogError(asked, 'reading');
      await backoff.wait();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #empty(endOffset: number): RecordBatch {
    const { topicPartition, position } = this.#partition;
    return { ...topicPartition, records: [], fetchedOffset: position, nextOffset: position, endOffset };
  }

  /** Null when Kafka has answered, else why it has not. @throws EventLogError `offset_out_of_range`, `corrupt`. */
  async #fetch(maxWaitMs: number): Promise<unknown> {
    const { topicPartition, fetchPosition } = this.#partition;
    const { topic, partition } = topicPartition;
    const leader = await this.#cluster.leader(topic, partition);
    if (leader === null) {
      this.#cluster.forgetTopic(topic);
      return new EventLogError('unavailable', `${topic}/${partition} has no leader`, { retriable: true });
    }
    const [result] = await fetchFrom(this.#cluster, leader, [{ topic, partition, offset: fetchPosition }], {
      maxWaitMs: Math.ceil(maxWaitMs),
      maxBytes: FETCH_BYTES,
      maxPartitionBytes: FETCH_BYTES,
    });
    if (result === undefined || result.kind === 'later') return result?.error ?? new Error('Kafka gave no answer');
    if (result.kind === 'failed') throw result.error;
    const { data, aborted, stable } = result.fetched;
    this.#partition.put({ ...decodeRecords(data, fetchPosition, aborted), endOffset: stable }, data.length);
    return null;
  }
}
