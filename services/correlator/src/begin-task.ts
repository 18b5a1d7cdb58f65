import type { CorrelationRules } from '@logweave/correlation';
import { type Consumer, EventLogError, type TransactionalProducer } from '@logweave/event-log';
import type { BeginCause, ServiceDeps, TaskSlot, TaskSlots } from '@logweave/service-kit';
import type { CorrelatorConfig } from './config.ts';
import type { CorrelatorMetrics } from './metrics.ts';
import { Task } from './task.ts';
import { TaskInputs } from './task-inputs.ts';
import { type TaskPartitions, transactionScope } from './task-partitions.ts';
import { restoreTask } from './task-restore.ts';

export type CorrelatorSlots = TaskSlots<TaskPartitions, Task>;
export type CorrelatorSlot = TaskSlot<TaskPartitions, Task>;

export interface BeginTaskDeps extends Pick<ServiceDeps, 'eventLog' | 'clock' | 'log'> {
  readonly config: CorrelatorConfig;
  readonly rules: CorrelationRules;
  readonly consumer: Consumer;
  readonly metrics: CorrelatorMetrics;
}

/**
 * Takes the lease on a partition and restores its task from the log, inputs paused. Null when the partition has been lost
 * meanwhile, as `isOurs` tells.
 * @throws InputGapError, EventLogError
 */
export async function beginTask(
  deps: BeginTaskDeps,
  partitions: TaskPartitions,
  cause: BeginCause,
  isOurs: () => boolean,
): Promise<Task | null> {
  const { eventLog, config } = deps;
  // Holding the id ends what a predecessor left open; only then do the committed offsets say the truth.
  const producer = await eventLog.transactionalProducer(
    `${config.transactionalIdPrefix}.${partitions.index}`,
    transactionScope(config.group, partitions),
  );
  let task: Task | null = null;
  try {
    task = await restore(deps, partitions, cause, producer, isOurs);
  } finally {
    if (task === null) await producer.close();
  }
  return task;
}

async function restore(
  { eventLog, config, rules, consumer, metrics, clock, log }: BeginTaskDeps,
  partitions: TaskPartitions,
  cause: BeginCause,
  producer: TransactionalProducer,
  isOurs: () => boolean,
): Promise<Task | null> {
  const beganMs = clock.monotonicMs();
  const { correlation, output, next, replayed } = await restoreTask(eventLog, config, rules, partitions);
  if (!isOurs()) return null;
  try {
    for (const side of [0, 1] as const) consumer.seek(partitions.inputs[side], next[side]);
  } catch (error) {
    // The consumer knows of it first.
    if (error instanceof EventLogError && error.code === 'not_assigned') return null;
    throw error;
  }
  const inputs = new TaskInputs(consumer, partitions.inputs, correlation, clock, config.idleAfterMs);
  const { group } = config;
  const task = new Task({ partitions, group, correlation, output, inputs, producer, metrics, clock, next });
  metrics.restores.inc({ reason: cause });
  metrics.replayed.inc({ partition: String(partitions.index) }, replayed);
  const tookMs = Math.round(clock.monotonicMs() - beganMs);
  log.info(
    { partition: partitions.index, cause, replayed, held: correlation.heldEvents, next, tookMs },
    'task restored',
  );
  return task;
}
