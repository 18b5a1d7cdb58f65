import { EventLogError, type TopicPartition } from '@logweave/event-log';
import { Backoff } from './backoff.ts';
import { diagnose } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';

const EARLIEST = -2;
const LATEST = -1;
/** A topic that has just been made, and one whose leader has just moved, are answered for in a moment. */
const SETTLE_MS = 5_000;
const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 500;
const ISOLATION = { low: 0, high: 0, stable: 1 } as const;

type Watermark = keyof typeof ISOLATION;

/**
 * One of the watermarks of each partition, asked of their leaders; again for a while when those have moved.
 * @throws when one cannot be asked.
 */
export async function listOffsets(
  cluster: KafkaCluster,
  partitions: readonly TopicPartition[],
  which: Watermark,
): Promise<number[]> {
  const deadlineMs = cluster.clock.monotonicMs() + SETTLE_MS;
  const backoff = new Backoff(cluster.clock, FIRST_RETRY_MS, LAST_RETRY_MS);
  for (;;) {
    try {
      return await listOnce(cluster, partitions, which);
    } catch (error) {
      const passes = diagnose(error).kind === 'moved';
      if (!passes || cluster.closed || cluster.clock.monotonicMs() > deadlineMs) throw error;
    }
    await backoff.wait();
  }
}

async function listOnce(
  cluster: KafkaCluster,
  partitions: readonly TopicPartition[],
  which: Watermark,
): Promise<number[]> {
  const byLeader = new Map<number, TopicPartition[]>();
  for (const partition of partitions) {
    const leader = await cluster.leader(partition.topic, partition.partition);
    if (leader === null) {
      cluster.forgetTopic(partition.topic);
      const name = `${partition.topic}/${partition.partition}`;
      throw new EventLogError('unavailable', `${name} has no leader`, { retriable: true });
    }
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition]);
  }
  const offsets = new Map<string, number>();
  try {
    await Promise.all(
      [...byLeader].map(async ([leader, led]) => {
        const broker = await cluster.broker(leader);
        const topics = [...Map.groupBy(led, ({ topic }) => topic)].map(([topic, of]) => ({
          topic,
          partitions: of.map(({ partition }) => ({ partition, timestamp: which === 'low' ? EARLIEST : LATEST })),
        }));
        const { responses } = await broker.listOffsets({ replicaId: -1, isolationLevel: ISOLATION[which], topics });
        for (const { topic, partitions: answered } of responses) {
          for (const { partition, offset } of answered) offsets.set(`${topic}/${partition}`, Number(offset));
        }
      }),
    );
  } catch (error) {
    // Whoever asks again shall ask whoever leads by then.
    for (const { topic } of partitions) cluster.forgetTopic(topic);
    throw error;
  }
  return partitions.map(({ topic, partition }) => offsets.get(`${topic}/${partition}`) ?? 0);
}
