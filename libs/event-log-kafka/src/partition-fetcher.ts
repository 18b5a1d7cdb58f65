import type { AssignedPartition } from './assigned-partition.ts';
import { Backoff } from './backoff.ts';
import { type FetchBounds, type FetchResult, fetchFrom } from './fetch-partitions.ts';
import { asEventLogError } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { decodeRecords } from './record-batch-decoder.ts';

/** So much is fetched ahead of a partition at most, beside one answer: of the records without compression. */
const QUEUE_BYTES = 2 * 1024 * 1024;
/** Of an answer and of one partition in it, as they lie in the log: several times more without compression. */
const ANSWER_BYTES = 4 * 1024 * 1024;
const PARTITION_BYTES = 256 * 1024;
/** A broker that has nothing answers after this. Shorter while some partition is left out, which may come back. */
const WAIT_MS = 250;
const SHORT_WAIT_MS = 50;
const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 1_000;

/** Keeps assigned partitions fetched ahead: one request at a time to each broker, with all of its partitions that have room. */
export class PartitionFetcher {
  readonly #cluster: KafkaCluster;
  readonly #news: () => void;
  readonly #backoff: Backoff;
  #partitions: readonly AssignedPartition[] = [];
  readonly #busy = new Set<number>();
  #waiting = false;
  #closed = false;

  /** `news`: records have come, or an error. */
  constructor(cluster: KafkaCluster, news: () => void) {
    this.#cluster = cluster;
    this.#news = news;
    this.#backoff = new Backoff(cluster.clock, FIRST_RETRY_MS, LAST_RETRY_MS);
  }

  /** From now on these; answers for others are dropped. */
  assign(partitions: readonly AssignedPartition[]): void {
    this.#partitions = partitions;
    this.kick();
  }

  close(): void {
    this.#closed = true;
    this.#partitions = [];
  }

  /** Looks whether something has room and is not being fetched. */
  kick(): void {
    if (this.#closed || this.#waiting) return;
    const wanted = this.#partitions.filter(
      ({ paused, error, fetching, queuedBytes }) => !paused && error === null && !fetching && queuedBytes < QUEUE_BYTES,
    );
    if (wanted.length > 0) void this.#fetch(wanted);
  }

  async #fetch(wanted: readonly AssignedPartition[]): Promise<void> {
    const byLeader = new Map<number, AssignedPartition[]>();
    for (const partition of wanted) partition.fetching = true;
    let later = false;
    for (const partition of wanted) {
      const { topic, partition: index } = partition.topicPartition;
      try {
        const leader = await this.#cluster.leader(topic, index);
        if (leader === null || this.#busy.has(leader)) {
          partition.fetching = false;
          if (leader === null) {
            this.#cluster.forgetTopic(topic);
            later = true;
          }
          continue;
        }
        byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition]);
      } catch (error) {
        partition.fetching = false;
        this.#passOrFail(partition, error);
        later = true;
      }
    }
    for (const [leader, led] of byLeader) void this.#fetchFrom(leader, led);
    if (later) await this.#later();
  }

  async #fetchFrom(leader: number, led: readonly AssignedPartition[]): Promise<void> {
    this.#busy.add(leader);
    const asked = led.map((partition) => ({
      partition,
      epoch: partition.epoch,
      from: { ...partition.topicPartition, offset: partition.fetchPosition },
    }));
    const all = this.#partitions.every((partition) => led.includes(partition));
    const bounds: FetchBounds = {
      maxWaitMs: all ? WAIT_MS : SHORT_WAIT_MS,
      maxBytes: ANSWER_BYTES,
      maxPartitionBytes: PARTITION_BYTES,
    };
    const results = await fetchFrom(
      this.#cluster,
      leader,
      asked.map(({ from }) => from),
      bounds,
    );
    this.#busy.delete(leader);
    let news = false;
    let later = false;
    for (const [i, result] of results.entries()) {
      const { partition, epoch } = asked[i] as (typeof asked)[number];
      partition.fetching = false;
      if (partition.epoch !== epoch || !this.#partitions.includes(partition)) continue;
      if (result.kind === 'later') later = true;
      else news = this.#take(partition, result) || news;
    }
    if (later) await this.#later();
    else this.#backoff.reset();
    if (news) this.#news();
    this.kick();
  }

  /** Whether there is something to tell. */
  #take(partition: AssignedPartition, result: Exclude<FetchResult, { kind: 'later' }>): boolean {
    if (result.kind === 'failed') {
      partition.error = result.error;
      return true;
    }
    const { data, aborted, high, stable } = result.fetched;
    try {
      const decoded = decodeRecords(data, partition.fetchPosition, aborted);
      partition.put({ ...decoded, endOffset: stable });
      partition.hasPending = high > stable;
      partition.endSeenMs = this.#cluster.clock.monotonicMs();
      return decoded.nextOffset > result.from.offset;
    } catch (error) {
      partition.error = asEventLogError(error, `reading ${result.from.topic}/${result.from.partition}`);
      return true;
    }
  }

  #passOrFail(partition: AssignedPartition, error: unknown): void {
    const known = asEventLogError(error, 'looking for the leader of a partition');
    // A topic that is not known for a moment will be; one that was removed is told by the metadata of a rejoin.
    if (known.retriable || known.code === 'unknown_topic_or_partition' || known.code === 'closed') return;
    partition.error = known;
    this.#news();
  }

  async #later(): Promise<void> {
    if (this.#waiting) return;
    this.#waiting = true;
    await this.#backoff.wait();
    this.#waiting = false;
    this.kick();
  }
}
