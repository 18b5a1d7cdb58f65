import type { AppendBatch, CommitOutcome, TopicPartition, TransactionalProducer } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import type { ParserInput } from './config.ts';
import type { ParserMetrics } from './metrics.ts';
import { encodeOutcomeCounts } from './outcome-counts.ts';
import type { TakenOutput } from './pending-output.ts';

/** Why a task's memory is of no use any more. */
export type Broken =
  | { readonly kind: 'fenced' }
  | { readonly kind: 'aborted' | 'unknown' | 'error'; readonly error: unknown };

/** Where one task reads and writes. */
export interface TaskPartitions {
  readonly input: TopicPartition;
  readonly udm: TopicPartition;
  readonly deadLetter: TopicPartition;
}

export interface CommitParts {
  readonly from: ParserInput;
  readonly partitions: TaskPartitions;
  readonly producer: TransactionalProducer;
  readonly metrics: ParserMetrics;
  readonly clock: Clock;
}

/** Commits output and position together; null when it has, else why the task's memory is void. */
export async function commitOutput(
  { from, partitions, producer, metrics, clock }: CommitParts,
  { events, deadLetters, counts, tally }: TakenOutput,
  next: number,
): Promise<Broken | null> {
  const input = from.name;
  const batches: AppendBatch[] = [];
  if (events.length > 0) batches.push({ ...partitions.udm, records: events });
  if (deadLetters.length > 0) batches.push({ ...partitions.deadLetter, records: deadLetters });
  const beganMs = clock.monotonicMs();
  let outcome: CommitOutcome;
  try {
    const metadata = encodeOutcomeCounts(counts);
    outcome = await producer.commit({
      batches,
      group: from.group,
      offsets: [{ ...partitions.input, offset: next, metadata }],
    });
  } catch (error) {
    metrics.commits.inc({ input, outcome: 'error' });
    return { kind: 'error', error };
  }
  metrics.commits.inc({ input, outcome: outcome.kind });
  switch (outcome.kind) {
    case 'committed': {
      metrics.commitSeconds.observe({ input }, (clock.monotonicMs() - beganMs) / 1000);
      const first = events[0] ?? deadLetters[0];
      if (first !== undefined) {
        metrics.latency.observe({ input }, Math.max(0, clock.wallMs() - first.timestampMs) / 1000);
      }
      tally.publish(metrics);
      return null;
    }
    case 'fenced':
      return { kind: 'fenced' };
    case 'aborted':
    case 'unknown':
      return { kind: outcome.kind, error: outcome.error };
    default:
      return outcome satisfies never;
  }
}
