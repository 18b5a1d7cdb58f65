import { EventLogError } from '@logweave/event-log';
import { asEventLogError } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { ClusterMetadata } from './metadata-request.ts';

/** So often in a row a topic is missed before it counts as deleted: a broker that has just started may not know it yet. */
const MISSES = 10;

/** Looks whether the topics of a group still have the partitions that its members have agreed on. */
export class TopicWatch {
  readonly #cluster: KafkaCluster;
  readonly #topics: readonly string[];
  readonly #partitions: number;
  readonly #missed = new Map<string, number>();

  constructor(cluster: KafkaCluster, topics: readonly string[], partitions: number) {
    this.#cluster = cluster;
    this.#topics = topics;
    this.#partitions = partitions;
  }

  /**
   * @throws EventLogError `not_copartitioned` when a topic has other partitions by now, `unknown_topic_or_partition` when
   * it has been missing for several looks.
   */
  async look(): Promise<void> {
    const metadata = await this.#ask();
    if (metadata === null) return;
    for (const topic of this.#topics) {
      const found = metadata.topics.find((each) => each.topic === topic);
      const missed = found === undefined ? (this.#missed.get(topic) ?? 0) + 1 : 0;
      this.#missed.set(topic, missed);
      if (missed >= MISSES) throw new EventLogError('unknown_topic_or_partition', `topic ${topic} has been deleted`);
      if (found !== undefined && found.partitions.length !== this.#partitions) {
        throw new EventLogError(
          'not_copartitioned',
          `topic ${topic} has ${found.partitions.length} partitions by now, and its group works with ${this.#partitions}: ` +
            'keys have moved to other partitions. Give all topics of the group the same number and start again',
        );
      }
    }
  }

  /** Null when no broker answers: whoever needs one learns it, and the topics are looked at later. */
  async #ask(): Promise<ClusterMetadata | null> {
    try {
      return await this.#cluster.refresh(this.#topics);
    } catch (error) {
      const known = asEventLogError(error, 'looking at the topics of a group');
      if (known.retriable || known.code === 'closed') return null;
      throw known;
    }
  }
}
