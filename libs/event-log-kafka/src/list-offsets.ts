import { EventLogError, type TopicPartition } from '@logweave/event-log';
import type { KafkaCluster } from './kafka-cluster.ts';

const EARLIEST = -2;
const LATEST = -1;
const ISOLATION = { low: 0, high: 0, stable: 1 } as const;

/**
 * One of the watermarks of each partition, asked of their leaders. @throws when one cannot be asked.
 */
export async function listOffsets(
  cluster: KafkaCluster,
  partitions: readonly TopicPartition[],
  which: 'low' | 'high' | 'stable',
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
