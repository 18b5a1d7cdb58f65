import { type EventLog, EventLogError } from '@logweave/event-log';
import type { CorrelatorConfig } from './config.ts';

/**
 * Checks that a task finds all its partitions under one number.
 * @throws EventLogError `not_copartitioned`, `unknown_topic_or_partition`
 */
export async function checkTopics(
  eventLog: Pick<EventLog, 'watermarks'>,
  topics: CorrelatorConfig['topics'],
): Promise<{ readonly deadLetterPartitions: number }> {
  const count = async (topic: string): Promise<number> => (await eventLog.watermarks(topic)).length;
  const partitions = await count(topics.http);
  for (const topic of [topics.network, topics.correlated, topics.state]) {
    const others = await count(topic);
    if (others !== partitions) {
      throw new EventLogError(
        'not_copartitioned',
        `${topics.http} has ${partitions} partitions and ${topic} has ${others}; the join needs the same number`,
      );
    }
  }
  return { deadLetterPartitions: await count(topics.deadLetter) };
}
