import type { CommitPoint, StateRecord } from '@logweave/correlation';
import type { AppendBatch, CommitOutcome, ProducerRecord } from '@logweave/event-log';
import type { Broken, TaskParts } from './task.ts';

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
  let outcome: CommitOutcome;
  try {
    outcome = await producer.commit({
      batches: batchesOf(parts, transaction),
      group,
      offsets: partitions.inputs.map((input, i) => ({
        ...input,
        offset: offsets[i as 0 | 1],
        metadata: metadata[i as 0 | 1],
      })),
    });
  } catch (error) {
    metrics.commits.inc({ outcome: 'error' });
    return { kind: 'error', error };
  }
  metrics.commits.inc({ outcome: outcome.kind });
  switch (outcome.kind) {
    case 'committed':
      metrics.commitSeconds.observe((clock.monotonicMs() - beganMs) / 1000);
      if (results[0] !== undefined) {
        metrics.latency.observe(Math.max(0, clock.wallMs() - results[0].timestampMs) / 1000);
      }
      return null;
    case 'fenced':
      return { kind: 'fenced' };
    case 'aborted':
    case 'unknown':
      return { kind: outcome.kind, error: outcome.error };
    default:
      throw new TypeError(`unknown outcome ${String(outcome satisfies never)}`);
  }
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
