import type { LogRecord, ReadableEventLog, TopicPartition, Watermarks } from '@logweave/event-log';

/** How long a read waits for a log that is slow to answer; what is asked for is there. */
const READ_MS = 5_000;
const MAX_RECORDS = 5_000;

/** What an audit needs of a log. */
export type AuditedLog = Pick<ReadableEventLog, 'watermarks' | 'committed' | 'reader'>;

/**
 * The records of `[from, to)` in batches. What retention has removed is left out; its end is the caller's to know.
 * @throws EventLogError; Error when the partition ends before `to`
 */
export async function* readRange(
  log: AuditedLog,
  place: TopicPartition,
  from: number,
  to: number,
): AsyncGenerator<readonly LogRecord[], void> {
  if (from >= to) return;
  const reader = await log.reader(place, from);
  try {
    for (let at = from; at < to; ) {
      const batch = await reader.read({ timeoutMs: READ_MS, maxRecords: MAX_RECORDS });
      if (batch.nextOffset === at) {
        throw new Error(`${place.topic}/${place.partition} ends at ${batch.endOffset}, and ${to} were there before`);
      }
      at = batch.nextOffset;
      if (batch.records.length > 0) {
        yield at > to ? batch.records.filter(({ offset }) => offset < to) : batch.records;
      }
    }
  } finally {
    await reader.close();
  }
}

/** @throws EventLogError `unknown_topic_or_partition` */
export async function watermarksOf(log: AuditedLog, { topic, partition }: TopicPartition): Promise<Watermarks> {
  const marks = (await log.watermarks(topic))[partition];
  if (marks === undefined) throw new Error(`topic ${topic} has no partition ${partition}`);
  return marks;
}

/** The first offset of `[low, stable)` whose record arrived at or after a time; arrivals rise but for moments. */
export async function firstSince(log: AuditedLog, place: TopicPartition, sinceMs: number): Promise<number> {
  let { low, stable } = await watermarksOf(log, place);
  while (low < stable) {
    const middle = Math.floor((low + stable) / 2);
    const reader = await log.reader(place, middle);
    try {
      const { records } = await reader.read({ timeoutMs: READ_MS, maxRecords: 1 });
      const [record] = records;
      if (record === undefined || record.timestampMs >= sinceMs) stable = middle;
      else low = record.offset + 1;
    } finally {
      await reader.close();
    }
  }
  return low;
}
