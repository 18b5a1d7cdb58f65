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
/** Of one answer, as it lies in the log: several times more without compression. */
const FETCH_BYTES = 1024 * 1024;
const LONGEST_WAIT_MS = 250;
/** More than this, of the records without compression, is not fetched ahead of the caller. */
const AHEAD_BYTES = 8 * 1024 * 1024;
const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 1_000;

/** `later`: to be tried again; `failed`: to be told. */
type FetchOutcome =
  | { readonly kind: 'fetched' }
  | { readonly kind: 'later'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Reads one partition without a group. */
export class KafkaReader implements Reader {
  readonly #cluster: KafkaCluster;
  readonly #partition: AssignedPartition;
  /** Under way. */
  #fetching: Promise<FetchOutcome> | null = null;
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
      if (batch !== null) {
        this.#fetchAhead();
        return batch;
      }
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0 && this.#fetching === null && this.#partition.endOffset !== undefined) {
        return this.#empty(this.#partition.endOffset);
      }
      const outcome = await (this.#fetching ?? this.#fetch(Math.max(0, Math.min(leftMs, LONGEST_WAIT_MS))));
      this.#fetching = null;
      if (outcome.kind === 'failed') throw outcome.error;
      if (outcome.kind === 'fetched') continue;
      if (leftMs <= 0) throw asEventLogError(outcome.error, 'reading');
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

  /** Lets Kafka look for what comes next while the caller is busy with what it was given. */
  #fetchAhead(): void {
    const { fetchPosition, endOffset, queuedBytes } = this.#partition;
    if (this.#fetching !== null || queuedBytes > AHEAD_BYTES || endOffset === undefined || fetchPosition >= endOffset)
      return;
    this.#fetching = this.#fetch(0);
  }

  /** Never rejects. */
  async #fetch(maxWaitMs: number): Promise<FetchOutcome> {
    const { topicPartition, fetchPosition } = this.#partition;
    const { topic, partition } = topicPartition;
    try {
      const leader = await this.#cluster.leader(topic, partition);
      if (leader === null) {
        this.#cluster.forgetTopic(topic);
        const error = new EventLogError('unavailable', `${topic}/${partition} has no leader`, { retriable: true });
        return { kind: 'later', error };
      }
      const [result] = await fetchFrom(this.#cluster, leader, [{ topic, partition, offset: fetchPosition }], {
        maxWaitMs: Math.ceil(maxWaitMs),
        maxBytes: FETCH_BYTES,
        maxPartitionBytes: FETCH_BYTES,
      });
      if (result === undefined) return { kind: 'later', error: new Error('Kafka gave no answer') };
      if (result.kind !== 'fetched') return result;
      const { data, aborted, stable } = result.fetched;
      this.#partition.put({ ...decodeRecords(data, fetchPosition, aborted), endOffset: stable });
      return { kind: 'fetched' };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }
}
