import type { AppendBatch, TopicPartition, TransactionalProducer } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import { type Broken, commitOrBreak } from '@logweave/service-kit';
import type { ParserInput } from './config.ts';
import type { ParserMetrics } from './metrics.ts';
import { encodeOutcomeCounts } from './outcome-counts.ts';
import type { TakenOutput } from './pending-output.ts';

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
  const broken = await commitOrBreak(producer, {
    batches,
    group: from.group,
    offsets: [{ ...partitions.input, offset: next, metadata: encodeOutcomeCounts(counts) }],
  });
  metrics.commits.inc({ input, outcome: broken?.kind ?? 'committed' });
  if (broken !== null) return broken;
  metrics.commitSeconds.observe({ input }, (clock.monotonicMs() - beganMs) / 1000);
  const first = events[0] ?? deadLetters[0];
  if (first !== undefined) {
    metrics.latency.observe({ input }, Math.max(0, clock.wallMs() - first.timestampMs) / 1000);
  }
  tally.publish(metrics);
  return null;
}
