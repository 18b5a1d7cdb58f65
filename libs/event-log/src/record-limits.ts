import { EventLogError, MAX_METADATA_UNITS, type OffsetCommit, type ProducerRecord, type TopicSpec } from './port.ts';

/** What counts against `maxRecordBytes`: key, value, and names and values of headers, in bytes. */
export function recordBytes(record: ProducerRecord): number {
  let bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const { name, value } of record.headers) bytes += name.length + value.length;
  return bytes;
}

/** @throws EventLogError `record_too_large` naming the first record over the topic's limit. */
export function checkRecords(spec: TopicSpec, records: readonly ProducerRecord[]): void {
  for (let i = 0; i < records.length; i++) {
    const bytes = recordBytes(records[i] as ProducerRecord);
    if (bytes > spec.maxRecordBytes) {
      throw new EventLogError(
        'record_too_large',
        `record ${i} for topic ${spec.name} has ${bytes} bytes; the topic allows ${spec.maxRecordBytes}`,
      );
    }
  }
}

/** @throws EventLogError `metadata_too_large`. */
export function checkMetadata(offsets: readonly OffsetCommit[]): void {
  for (const { topic, partition, metadata } of offsets) {
    if (metadata.length > MAX_METADATA_UNITS) {
      throw new EventLogError(
        'metadata_too_large',
        `offset metadata for ${topic}/${partition} has ${metadata.length} units; at most ${MAX_METADATA_UNITS} are allowed`,
      );
    }
  }
}

/** @throws EventLogError `topic_mismatch` when the topic exists with other partitions or another cleanup. */
export function checkSameTopic(existing: TopicSpec, wanted: TopicSpec): void {
  const differences: string[] = [];
  if (existing.partitions !== wanted.partitions) {
    differences.push(`partitions are ${existing.partitions}, not ${wanted.partitions}`);
  }
  if (existing.cleanup !== wanted.cleanup) differences.push(`cleanup is ${existing.cleanup}, not ${wanted.cleanup}`);
  if (differences.length > 0) {
    throw new EventLogError('topic_mismatch', `topic ${wanted.name} exists but differs: ${differences.join('; ')}`);
  }
}
