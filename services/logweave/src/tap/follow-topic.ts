import { EventLogError, type LogRecord, type ReadableEventLog, type TopicPartition } from '@logweave/event-log';

/** What following needs of a log. */
export type FollowedLog = Pick<ReadableEventLog, 'watermarks' | 'reader'>;

export interface FollowOptions {
  readonly topic: string;
  /** What is there already, or only what comes. */
  readonly fromBeginning: boolean;
  readonly signal: AbortSignal;
  /** Called for each record in the order of its partition. False: that was enough. */
  readonly onRecord: (partition: TopicPartition, record: LogRecord) => boolean;
  /** Records of this partition were deleted before they could be read. */
  readonly onGap: (partition: TopicPartition, fromOffset: number, toOffset: number) => void;
}

/** How long one read waits; bounds only how soon an interrupt is noticed. */
const READ_MS = 250;
const MAX_RECORDS = 500;

/**
 * Reads all partitions of a topic until it was enough or the signal aborts.
 * @throws EventLogError `unknown_topic_or_partition`, `corrupt`.
 */
export async function followTopic(eventLog: FollowedLog, options: FollowOptions): Promise<void> {
  const watermarks = await eventLog.watermarks(options.topic);
  const enough = new AbortController();
  const signal = AbortSignal.any([options.signal, enough.signal]);
  const onRecord: FollowOptions['onRecord'] = (partition, record) => {
    if (signal.aborted) return false;
    const goOn = options.onRecord(partition, record);
    if (!goOn) enough.abort();
    return goOn;
  };
  await Promise.all(
    watermarks.map(({ low, stable }, partition) =>
      followPartition(eventLog, { topic: options.topic, partition }, options.fromBeginning ? low : stable, {
        ...options,
        signal,
        onRecord,
      }),
    ),
  );
}

async function followPartition(
  eventLog: FollowedLog,
  partition: TopicPartition,
  fromOffset: number,
  { signal, onRecord, onGap }: FollowOptions,
): Promise<void> {
  let offset = fromOffset;
  let reader = await eventLog.reader(partition, offset);
  try {
    while (!signal.aborted) {
      try {
        const batch = await reader.read({ timeoutMs: READ_MS, maxRecords: MAX_RECORDS });
        for (const record of batch.records) if (!onRecord(partition, record)) return;
        offset = batch.nextOffset;
      } catch (error) {
        if (!(error instanceof EventLogError) || error.code !== 'offset_out_of_range') throw error;
        const low = (await eventLog.watermarks(partition.topic))[partition.partition]?.low ?? 0;
        onGap(partition, offset, low);
        offset = low;
        await reader.close();
        reader = await eventLog.reader(partition, offset);
      }
    }
  } finally {
    await reader.close();
  }
}
