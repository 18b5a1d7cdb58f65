import { Correlation, type CorrelationRules, type SideIndex } from '@logweave/correlation';
import { isDeepStrictEqual } from 'node:util';
import {
  type CommittedOffset,
  type EventLog,
  EventLogError,
  type LogRecord,
  type TopicPartition,
} from '@logweave/event-log';
import { SIDES, type Side } from '@logweave/model';
import type { CorrelatorConfig } from './config.ts';
import { PendingOutput } from './pending-output.ts';
import { beginningAt } from './task.ts';
import type { TaskPartitions } from './task-partitions.ts';

/** How long a read waits before it looks again; only a log that is slow to answer makes it wait at all. */
const READ_MS = 1000;

/** Records that the task needs are gone. Deciding without them would be wrong silently, so it does not start. */
export class InputGapError extends Error {
  override readonly name = 'InputGapError';
  readonly side: Side;
  readonly partition: number;

  constructor(side: Side, { topic, partition }: TopicPartition, neededOffset: number, lowOffset: number) {
    super(
      `${topic}/${partition}: the task needs offset ${neededOffset}, and the log begins at ${lowOffset}: ` +
        'retention removed records that were not joined. Raise the retention of the topic; to go on without them, run ' +
        '`logweave accept-reset`',
    );
    this.side = side;
    this.partition = partition;
  }
}

/** Somebody else has set the offsets of the group. To go on from there would lose or double silently. */
export class ForeignOffsetsError extends Error {
  override readonly name = 'ForeignOffsetsError';

  constructor(group: string, partition: number, what: string) {
    super(
      `the offsets of group ${group} for partition ${partition} are not a correlator's: ${what}. Something has reset ` +
        'them. Set them back; or, to begin where they stand and forget what was held, run `logweave accept-reset`',
    );
  }
}

export interface Restored {
  readonly correlation: Correlation;
  readonly output: PendingOutput;
  readonly next: readonly [number, number];
  /** Input records read again. */
  readonly replayed: number;
}

/**
 * Builds a task's state from the log, as correlation.md says in section 7: what was committed, the checkpoints, and the
 * range of the inputs in between. Call it while holding the task's transactional id: only then nothing is pending.
 * @throws InputGapError, ForeignOffsetsError, EventLogError
 */
export async function restoreTask(
  eventLog: Pick<EventLog, 'committed' | 'watermarks' | 'reader'>,
  config: Pick<CorrelatorConfig, 'group' | 'mode'>,
  rules: CorrelationRules,
  partitions: TaskPartitions,
): Promise<Restored> {
  const committed = await eventLog.committed(config.group, partitions.inputs);
  // Whoever stood still for longer than its session has been replaced, and read on in what its successor wrote.
  const check = async (): Promise<void> => {
    const now = await eventLog.committed(config.group, partitions.inputs);
    if (isDeepStrictEqual(now, committed)) return;
    throw new EventLogError('unavailable', 'the task was taken over while it was restored', { retriable: true });
  };
  let restored: Restored;
  try {
    restored = await rebuild(eventLog, config, rules, partitions, committed);
  } catch (error) {
    await check();
    throw error;
  }
  await check();
  return restored;
}

async function rebuild(
  eventLog: Pick<EventLog, 'watermarks' | 'reader'>,
  config: Pick<CorrelatorConfig, 'group' | 'mode'>,
  rules: CorrelationRules,
  partitions: TaskPartitions,
  committed: readonly (CommittedOffset | null)[],
): Promise<Restored> {
  const output = new PendingOutput(config.mode, partitions);
  const correlation = new Correlation(rules, output);
  const lows = await lowOffsets(eventLog, partitions);
  const [http = null, network = null] = committed;
  if ((http === null) !== (network === null)) {
    throw new ForeignOffsetsError(config.group, partitions.index, 'only one input has an offset');
  }
  const point =
    http && network
      ? {
          offsets: [http.offset, network.offset] as [number, number],
          metadata: [http.metadata, network.metadata] as [string, string],
        }
      : beginningAt(lows);
  const { next } = beginRestore(correlation, point, config.group, partitions.index);
  for (const side of [0, 1] as const) {
    if (point.offsets[side] < lows[side]) {
      throw new InputGapError(SIDES[side] as Side, partitions.inputs[side], point.offsets[side], lows[side]);
    }
  }
  const { stable } = await watermarksOf(eventLog, partitions.state);
  await readRange(eventLog, partitions.state, 0, stable, (record) => {
    if (record.key === null) return;
    correlation.loadState(Buffer.from(record.key).toString(), record.value === null ? null : Buffer.from(record.value));
  });
  let replayed = 0;
  for (const side of [0, 1] as const) {
    await readRange(eventLog, partitions.inputs[side], point.offsets[side], next[side], (record) => {
      replayed++;
      replay(correlation, side, record);
    });
  }
  correlation.finishRestore();
  return { correlation, output, next, replayed };
}

function beginRestore(
  correlation: Correlation,
  point: Parameters<Correlation['beginRestore']>[0],
  group: string,
  partition: number,
): { readonly next: [number, number] } {
  try {
    return correlation.beginRestore(point);
  } catch (error) {
    throw new ForeignOffsetsError(group, partition, error instanceof Error ? error.message : String(error));
  }
}

function replay(correlation: Correlation, side: SideIndex, { offset, timestampMs, value }: LogRecord): void {
  if (value !== null) correlation.replay(side, offset, timestampMs, value, 0, value.length);
}

async function lowOffsets(
  eventLog: Pick<EventLog, 'watermarks'>,
  { inputs }: TaskPartitions,
): Promise<[number, number]> {
  const [http, network] = await Promise.all(inputs.map((input) => watermarksOf(eventLog, input)));
  return [http?.low ?? 0, network?.low ?? 0];
}

export async function watermarksOf(eventLog: Pick<EventLog, 'watermarks'>, { topic, partition }: TopicPartition) {
  const all = await eventLog.watermarks(topic);
  const watermarks = all[partition];
  if (watermarks === undefined) throw new Error(`topic ${topic} has no partition ${partition}`);
  return watermarks;
}

/** Reads `[from, to)`; the log's beginning where that is later than `from`. */
export async function readRange(
  eventLog: Pick<EventLog, 'watermarks' | 'reader'>,
  partition: TopicPartition,
  from: number,
  to: number,
  take: (record: LogRecord) => void,
): Promise<void> {
  const { low } = await watermarksOf(eventLog, partition);
  const begin = Math.max(from, low);
  if (begin >= to) return;
  const reader = await eventLog.reader(partition, begin);
  try {
    for (let position = begin; position < to; ) {
      const batch = await reader.read({ timeoutMs: READ_MS });
      for (const record of batch.records) if (record.offset < to) take(record);
      if (batch.nextOffset === position && batch.endOffset < to) {
        const { topic, partition: index } = partition;
        throw new Error(`${topic}/${index} ends at ${batch.endOffset}, before the committed position ${to}`);
      }
      position = batch.nextOffset;
    }
  } finally {
    await reader.close();
  }
}
