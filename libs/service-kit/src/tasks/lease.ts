import {
  type Consumer,
  type EventLog,
  EventLogError,
  type TopicPartition,
  type TransactionalProducer,
  type TransactionScope,
} from '@logweave/event-log';

export interface Lease {
  /** The transactional id: whoever holds it alone decides about a partition. */
  readonly id: string;
  readonly scope: TransactionScope;
}

/**
 * Takes the lease on a partition and restores its task under it. Holding the id ends what a predecessor left open; only then
 * do the committed offsets say the truth. Without a task the lease is given back.
 * @throws EventLogError, and whatever `restore` throws
 */
export async function restoreUnderLease<Task>(
  eventLog: Pick<EventLog, 'transactionalProducer'>,
  { id, scope }: Lease,
  restore: (producer: TransactionalProducer) => Promise<Task | null>,
): Promise<Task | null> {
  const producer = await eventLog.transactionalProducer(id, scope);
  let task: Task | null = null;
  try {
    task = await restore(producer);
  } finally {
    if (task === null) await producer.close();
  }
  return task;
}

/** Seeks on these inputs. False when the partition has been lost meanwhile, which the consumer knows first. */
export function seekIfAssigned(
  consumer: Pick<Consumer, 'seek'>,
  positions: readonly (readonly [TopicPartition, number])[],
): boolean {
  try {
    for (const [input, offset] of positions) consumer.seek(input, offset);
    return true;
  } catch (error) {
    if (error instanceof EventLogError && error.code === 'not_assigned') return false;
    throw error;
  }
}
