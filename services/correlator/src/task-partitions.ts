import type { TopicPartition, TransactionScope } from '@logweave/event-log';
import type { CorrelatorConfig } from './config.ts';

/** Where one task reads and writes. */
export interface TaskPartitions {
  readonly index: number;
  /** HTTP, network. */
  readonly inputs: readonly [TopicPartition, TopicPartition];
  readonly correlated: TopicPartition;
  readonly state: TopicPartition;
  readonly deadLetter: TopicPartition;
}

/** `deadLetterPartitions`: how many there are; the letters of a task all go to one. */
export function taskPartitions(
  topics: CorrelatorConfig['topics'],
  index: number,
  deadLetterPartitions: number,
): TaskPartitions {
  return {
    index,
    inputs: [
      { topic: topics.http, partition: index },
      { topic: topics.network, partition: index },
    ],
    correlated: { topic: topics.correlated, partition: index },
    state: { topic: topics.state, partition: index },
    deadLetter: { topic: topics.deadLetter, partition: index % deadLetterPartitions },
  };
}

/** Where a task's transactions write. */
export function transactionScope(
  group: string,
  { inputs, correlated, state, deadLetter }: TaskPartitions,
): TransactionScope {
  return { group, offsets: inputs, partitions: [correlated, state, deadLetter] };
}
