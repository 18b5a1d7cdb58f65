import type { CommitPoint, StateRecord } from '@logweave/correlation';
import type { AppendBatch, ProducerRecord } from '@logweave/event-log';
import { type Broken, commitOrBreak } from '@logweave/service-kit';
import type { TaskParts } from './task.ts';

/** All that becomes visible at once, or not at all. */
export interface TaskTransaction extends CommitPoint {
  readonly results: readonly ProducerRecord[];
  readonly deadLetters: readonly ProducerRecord[];
  readonly stateRecords: readonly StateRecord[];
}

/** Commits; null when it has, else why the task's memory is void. */
export async function commitTransaction(parts: TaskParts, transaction: TaskTransaction): Promise<Broken | null> {
  const { producer, group, metrics, clock, partitions } = parts;
  const { offsets, metadata, results } = transaction;
  const beganMs = clock.monotonicMs();
  const broken = await commitOrBreak(producer, {
    batches: batchesOf(parts, transaction),
    group,
    offsets: partitions.inputs.map((input, i) => ({
      ...input,
      offset: offsets[i as 0 | 1],
      metadata: metadata[i as 0 | 1],
    })),
  });
  metrics.commits.inc({ outcome: broken?.kind ?? 'committed' });
  if (broken !== null) return broken;
  metrics.commitSeconds.observe((clock.monotonicMs() - beganMs) / 1000);
  if (results[0] !== undefined) metrics.latency.observe(Math.max(0, clock.wallMs() - results[0].timestampMs) / 1000);
  return null;
}

function batchesOf({ partitions, clock }: TaskParts, transaction: TaskTransaction): AppendBatch[] {
  const { results, deadLetters, stateRecords } = transaction;
  const batches: AppendBatch[] = [];
  if (results.length > 0) batches.push({ ...partitions.correlated, records: results });
  if (deadLetters.length > 0) batches.push({ ...partitions.deadLetter, records: deadLetters });
  if (stateRecords.length > 0) {
    const timestampMs = clock.wallMs();
    const records = stateRecords.map(({ key, value }) => ({ key: Buffer.from(key), value, headers: [], timestampMs }));
    batches.push({ ...partitions.state, records });
  }
  return batches;
}
