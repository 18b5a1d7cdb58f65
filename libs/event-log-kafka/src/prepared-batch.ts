import { type AppendBatch, checkRecords, EventLogError, type TopicSpec } from '@logweave/event-log';
import type { WritableCompression } from './compression.ts';
import { type EncodedBatch, encodeRecordBatches } from './record-batch-encoder.ts';
import { BATCH_OVERHEAD_BYTES, type TopicCatalog } from './topic-catalog.ts';

/** More in one batch saves little and holds up others. */
const BATCH_BYTES = 1024 * 1024;

/** A record batch that waits to be signed and sent. */
export interface PreparedBatch extends EncodedBatch {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Checks and encodes; nothing is sent. For each batch of the call what it was cut into, nothing for an empty one.
 * @throws EventLogError `unknown_topic_or_partition`, `record_too_large`.
 */
export async function prepareBatches(
  batches: readonly AppendBatch[],
  catalog: TopicCatalog,
  compression: WritableCompression,
): Promise<readonly (readonly PreparedBatch[])[]> {
  const specs: TopicSpec[] = [];
  for (const { topic, partition, records } of batches) {
    const spec = await catalog.spec(topic);
    if (partition < 0 || partition >= spec.partitions) {
      throw new EventLogError('unknown_topic_or_partition', `topic ${topic} has no partition ${partition}`);
    }
    checkRecords(spec, records);
    specs.push(spec);
  }
  return batches.map(({ topic, partition, records }, i) => {
    const limit = (specs[i] as TopicSpec).maxRecordBytes + BATCH_OVERHEAD_BYTES;
    return encodeRecordBatches(records, Math.min(limit, BATCH_BYTES), compression).map((encoded) => ({
      topic,
      partition,
      ...encoded,
    }));
  });
}
