import { EventLogError } from '@logweave/event-log';
import { asEventLogError } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { ClusterMetadata } from './metadata-request.ts';

/** So often in a row a topic is missed or differs before that counts: a broker that has just started may not know it yet. */
const LOOKS = 10;

/** Looks whether the topics of a group still have the partitions that its members have agreed on. */
export class TopicWatch {
  readonly #cluster: KafkaCluster;
  readonly #topics: readonly string[];
  readonly #partitions: number;
  readonly #changed = new Map<string, number>();

  constructor(cluster: KafkaCluster, topics: readonly string[], partitions: number) {
    this.#cluster = cluster;
    this.#topics = topics;
    this.#partitions = partitions;
  }

  /**
   * @throws EventLogError `not_copartitioned` when a topic has had other partitions for several looks,
   * `unknown_topic_or_partition` when it has been missing for as many.
   */
  async look(): Promise<void> {
    const metadata = await this.#ask();
    if (metadata === null) return;
    for (const topic of this.#topics) {
      const count = metadata.topics.find((each) => each.topic === topic)?.partitions.length ?? 0;
      const changed = count === this.#partitions ? 0 : (this.#changed.get(topic) ?? 0) + 1;
      this.#changed.set(topic, changed);
      if (changed < LOOKS) continue;
      if (count === 0) throw new EventLogError('unknown_topic_or_partition', `topic ${topic} has been deleted`);
      throw new EventLogError(
        'not_copartitioned',
        `topic ${topic} has ${count} partitions by now, and its group works with ${this.#partitions}: ` +
          'keys have moved to other partitions. Give all topics of the group the same number and start again',
      );
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
