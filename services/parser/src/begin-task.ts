import type { Consumer, TransactionalProducer } from '@logweave/event-log';
import {
  type BeginCause,
  type ServiceDeps,
  type TaskSlots,
  restoreUnderLease,
  seekIfAssigned,
} from '@logweave/service-kit';
import type { ParserInput } from './config.ts';
import type { ParserMetrics } from './metrics.ts';
import { decodeOutcomeCounts, noOutcomes } from './outcome-counts.ts';
import type { TaskPartitions } from './partition-commit.ts';
import { PartitionTask } from './partition-task.ts';
import { PendingOutput } from './pending-output.ts';
import type { ProcessLogDeps } from './process-log.ts';

/** Logs that were not parsed are gone. To go on behind them would lose them silently. */
export class LogGapError extends Error {
  override readonly name = 'LogGapError';
  readonly partition: number;

  constructor(group: string, { topic, partition }: TaskPartitions['input'], neededOffset: number, lowOffset: number) {
    super(
      `${topic}/${partition}: offset ${neededOffset} is the next to parse, and the log begins at ${lowOffset}: retention ` +
        `removed logs that were not parsed. Raise the retention of the topic; to go on without them, set the offset of ` +
        `group ${group} to ${lowOffset}`,
    );
    this.partition = partition;
  }
}

export type ParserSlots = TaskSlots<TaskPartitions, PartitionTask>;

export interface BeginTaskDeps extends Pick<ServiceDeps, 'eventLog' | 'clock' | 'log'> {
  readonly from: ParserInput;
  readonly consumer: Consumer;
  readonly metrics: ParserMetrics;
  readonly process: ProcessLogDeps;
}

/**
 * Takes the lease on a partition and stands where the last holder has committed, the input paused; there is no other state.
 * Null when the partition has been lost meanwhile, as `isOurs` tells.
 * @throws LogGapError, EventLogError
 */
export async function beginTask(
  deps: BeginTaskDeps,
  partitions: TaskPartitions,
  cause: BeginCause,
  isOurs: () => boolean,
): Promise<PartitionTask | null> {
  const { eventLog, from } = deps;
  const { input, udm, deadLetter } = partitions;
  const lease = {
    id: `${from.transactionalIdPrefix}.${input.partition}`,
    scope: { group: from.group, offsets: [input], partitions: [udm, deadLetter] },
  };
  return restoreUnderLease(eventLog, lease, (producer) => restore(deps, partitions, cause, producer, isOurs));
}

async function restore(
  { eventLog, consumer, metrics, clock, log, from, process }: BeginTaskDeps,
  partitions: TaskPartitions,
  cause: BeginCause,
  producer: TransactionalProducer,
  isOurs: () => boolean,
): Promise<PartitionTask | null> {
  const { input } = partitions;
  const [committed = null] = await eventLog.committed(from.group, [input]);
  const low = (await eventLog.watermarks(input.topic))[input.partition]?.low ?? 0;
  const next = committed?.offset ?? low;
  if (next < low) throw new LogGapError(from.group, input, next, low);
  const counts = committed === null ? noOutcomes(next) : decodeOutcomeCounts(committed.metadata);
  if (counts === null) log.warn({ ...input, offset: next }, 'offset was set by something else, counts begin anew');
  if (!isOurs() || !seekIfAssigned(consumer, [[input, next]])) return null;
  const output = new PendingOutput(input, from.logType, counts ?? noOutcomes(next));
  const task = new PartitionTask({ from, partitions, producer, metrics, clock, consumer, deps: process, output, next });
  metrics.restores.inc({ input: from.name, reason: cause });
  log.info({ ...input, cause, next }, 'partition begun');
  return task;
}
