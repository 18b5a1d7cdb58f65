import type { CorrelationRules } from '@logweave/correlation';
import type { Consumer, TransactionalProducer } from '@logweave/event-log';
import {
  type BeginCause,
  type ServiceDeps,
  type TaskSlot,
  type TaskSlots,
  restoreUnderLease,
  seekIfAssigned,
} from '@logweave/service-kit';
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
  const lease = {
    id: `${config.transactionalIdPrefix}.${partitions.index}`,
    scope: transactionScope(config.group, partitions),
  };
  return restoreUnderLease(eventLog, lease, (producer) => restore(deps, partitions, cause, producer, isOurs));
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
  const [http, network] = partitions.inputs;
  const positions = [
    [http, next[0]],
    [network, next[1]],
  ] as const;
  if (!isOurs() || !seekIfAssigned(consumer, positions)) return null;
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
