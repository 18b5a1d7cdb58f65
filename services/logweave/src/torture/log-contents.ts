import { createHash } from 'node:crypto';
import type { LogRecord, ReadableEventLog } from '@logweave/event-log';
import { DEFAULT_KEY_FIELDS, EventReader, HEADERS, type Side, type TopicName, topicName } from '@logweave/model';
import type { OracleEvent } from '@logweave/audit';

/** A line that the log has acknowledged. */
export interface InputLine extends OracleEvent {
  readonly key: string;
  /** How long after its event time it arrived. */
  readonly delayMs: number;
}

/** A record of the result topic. */
export interface ResultRecord {
  readonly offset: number;
  /** Offsets of its parents in the same partition of the input topics; null: it has none. */
  readonly a: number | null;
  readonly b: number | null;
  /** Of the value, hexadecimal in capitals. */
  readonly md5: string;
}

/** What the topics hold of one partition. */
export interface PartitionContents {
  readonly inputs: readonly InputLine[];
  readonly results: readonly ResultRecord[];
}

/** Nanoseconds are counted from here, so that a double holds them exactly for a hundred days. */
export interface ReadingOptions {
  readonly baseMs: number;
}

/**
 * Reads one partition of the input topics and of the result topic.
 * @throws Error when lines have been removed already, or are none of what an ingestor lets through
 */
export async function readPartition(
  log: ReadableEventLog,
  partition: number,
  options: ReadingOptions,
): Promise<PartitionContents> {
  const inputs: InputLine[] = [];
  for (const [side, name] of [
    ['A', 'http'],
    ['B', 'network'],
  ] as const) {
    const toLine = lineReader(side, options.baseMs);
    for await (const record of recordsOf(log, name, partition)) inputs.push(toLine(record));
  }
  const results: ResultRecord[] = [];
  for await (const record of recordsOf(log, 'correlated', partition)) {
    results.push({
      offset: record.offset,
      a: parentOf(record, HEADERS.parentA, partition),
      b: parentOf(record, HEADERS.parentB, partition),
      md5: md5Of(record.value ?? new Uint8Array()),
    });
  }
  return { inputs, results };
}

/** MD5 as ClickHouse's `hex(MD5(…))` writes it. */
export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex').toUpperCase();
}

async function* recordsOf(log: ReadableEventLog, name: TopicName, partition: number): AsyncGenerator<LogRecord, void> {
  const topic = topicName(name);
  const marks = (await log.watermarks(topic))[partition];
  if (marks === undefined || marks.low !== 0) throw new Error(`${topic}/${partition} does not begin at offset 0`);
  const reader = await log.reader({ topic, partition }, 0);
  try {
    for (let at = 0; at < marks.stable; ) {
      const batch = await reader.read({ timeoutMs: 1000 });
      yield* batch.records;
      at = batch.nextOffset;
    }
  } finally {
    await reader.close();
  }
}

function lineReader(side: Side, baseMs: number): (record: LogRecord) => InputLine {
  const reader = new EventReader({ side, keyFields: DEFAULT_KEY_FIELDS, time: 'event', maxFutureSkewMs: 300_000 });
  return ({ value, offset, timestampMs }) => {
    const bytes = value ?? new Uint8Array();
    const rejection = reader.read(bytes, 0, bytes.length, timestampMs);
    if (rejection !== null) throw new Error(`side ${side}, offset ${offset}: ${rejection.message}`);
    return {
      side,
      offset,
      key: reader.key,
      atNs: (reader.ms - baseMs) * 1e6 + reader.ns,
      delayMs: timestampMs - reader.ms,
    };
  };
}

function parentOf(record: LogRecord, header: string, partition: number): number | null {
  const value = record.headers.find(({ name }) => name === header)?.value;
  if (value === undefined) return null;
  const match = /\/(\d+)\/(\d+)$/.exec(Buffer.from(value).toString('latin1'));
  if (match === null || Number(match[1]) !== partition) throw new Error(`result ${record.offset} has an odd parent`);
  return Number(match[2]);
}
