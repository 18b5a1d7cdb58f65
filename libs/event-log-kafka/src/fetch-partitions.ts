import { EventLogError, isRetriable } from '@logweave/event-log';
import type { FetchedPartition, FetchFrom } from './fetch-request.ts';
import { fetchRequest } from './fetch-request.ts';
import { asEventLogError, diagnose } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { protocolError } from './kafkajs.ts';

/** What was fetched of one partition, or why nothing was. */
export type FetchResult =
  | { readonly kind: 'fetched'; readonly from: FetchFrom; readonly fetched: FetchedPartition }
  /** To be asked again after a while, perhaps elsewhere. */
  | { readonly kind: 'later'; readonly from: FetchFrom; readonly error: unknown }
  | { readonly kind: 'failed'; readonly from: FetchFrom; readonly error: EventLogError };

export interface FetchBounds {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
}

/** Fetches partitions that one broker leads. Never rejects: each partition has its own result. */
export async function fetchFrom(
  cluster: KafkaCluster,
  leader: number,
  partitions: readonly FetchFrom[],
  bounds: FetchBounds,
): Promise<readonly FetchResult[]> {
  let answer: readonly FetchedPartition[];
  try {
    const broker = await cluster.broker(leader);
    answer = await broker.connectionPool.send(fetchRequest(partitions, bounds));
  } catch (error) {
    for (const { topic } of partitions) cluster.forgetTopic(topic);
    const retriable = diagnose(error).kind !== 'fatal' || isRetriable(error);
    return partitions.map((from) =>
      retriable
        ? { kind: 'later', from, error }
        : { kind: 'failed', from, error: asEventLogError(error, `fetching ${from.topic}/${from.partition}`) },
    );
  }
  return partitions.map((from) => judge(cluster, from, answer));
}

function judge(cluster: KafkaCluster, from: FetchFrom, answer: readonly FetchedPartition[]): FetchResult {
  const fetched = answer.find(({ topic, partition }) => topic === from.topic && partition === from.partition);
  if (fetched === undefined) return { kind: 'later', from, error: null };
  if (fetched.errorCode === 0) return { kind: 'fetched', from, fetched };
  const error = protocolError(fetched.errorCode);
  const { kind } = diagnose(error);
  if (kind === 'fatal' || kind === 'fenced') {
    const what = `fetching ${from.topic}/${from.partition} from offset ${from.offset}`;
    return { kind: 'failed', from, error: asEventLogError(error, what) };
  }
  cluster.forgetTopic(from.topic);
  return { kind: 'later', from, error };
}
