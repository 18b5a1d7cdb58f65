import type { TopicPartition, TransactionScope } from '@logweave/event-log';
import { diagnose } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { KafkaBroker, TransactionIdentity } from './kafkajs.ts';
import { offsetFetchRequest } from './offset-fetch-request.ts';

/** Longer than it takes to end a transaction everywhere once its coordinator has decided. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 100;
const GIVE_UP_MS = 10_000;

/**
 * Undoes a transaction that the brokers call ended and have not ended: a coordinator that finds a partition without a
 * leader, as when a broker without replicas is stopped, takes the partition for deleted and skips its marker (Kafka 4.3.1,
 * `TransactionMarkerChannelManager`). Its offsets then are pending for ever, and readers wait before its records.
 *
 * Whoever has just opened the id knows that nothing of it can be pending. Its offsets tell: with their marker the others
 * are missing, too. An abort of the same producer on all of these partitions ends it there, as if it had not been.
 * @returns whether there was one
 */
export async function endForgotten(
  cluster: KafkaCluster,
  identity: TransactionIdentity,
  scope: TransactionScope,
): Promise<boolean> {
  const { clock } = cluster;
  const deadlineMs = clock.monotonicMs() + PATIENCE_MS;
  while (await isPending(cluster, scope)) {
    if (clock.monotonicMs() < deadlineMs) {
      await clock.sleep(LOOK_MS);
      continue;
    }
    const once = { giveUpMs: GIVE_UP_MS, repeatable: true };
    const { transactionalId } = identity;
    const topics = byTopic(scope.partitions);
    await cluster.ask(
      'transaction',
      transactionalId,
      (broker) => broker.addPartitionsToTxn({ ...identity, topics }),
      once,
    );
    await cluster.ask(
      'transaction',
      transactionalId,
      (broker) => broker.addOffsetsToTxn({ ...identity, groupId: scope.group }),
      once,
    );
    await cluster.ask(
      'transaction',
      transactionalId,
      (broker) => broker.endTxn({ ...identity, transactionResult: false }),
      once,
    );
    return true;
  }
  return false;
}

async function isPending(cluster: KafkaCluster, { group, offsets }: TransactionScope): Promise<boolean> {
  const request = offsetFetchRequest(group, offsets, true);
  const look = async (broker: KafkaBroker): Promise<boolean> => {
    try {
      await broker.connectionPool.send(request);
      return false;
    } catch (error) {
      // Not to be tried again, as it would be elsewhere: here it is the answer.
      if (diagnose(error).type === 'UNSTABLE_OFFSET_COMMIT') return true;
      throw error;
    }
  };
  return cluster.ask('group', group, look, { giveUpMs: GIVE_UP_MS, repeatable: true });
}

function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition }) => partition),
  }));
}
