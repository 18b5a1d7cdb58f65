import type {
  AppendBatch,
  CommitOutcome,
  Consumer,
  LogRecord,
  PollResult,
  Producer,
  ProducerRecord,
  TopicPartition,
  TopicSpec,
  Transaction,
} from '../port.ts';
import { type ContractHarness, eventually } from './harness.ts';

/** Waiting time of one poll: short enough to look often, long enough to let a broker answer. */
const POLL_MS = 100;
const MAX_POLLS = 300;

export const MAX_RECORD_BYTES = 10_000;

/** A topic of one partition that keeps everything, unless said otherwise. */
export async function createTopic(
  harness: ContractHarness,
  base: string,
  changes: Partial<Omit<TopicSpec, 'name'>> = {},
): Promise<string> {
  const name = harness.name(base);
  await harness.log.ensureTopic(topicSpec(name, changes));
  return name;
}

export function topicSpec(name: string, changes: Partial<Omit<TopicSpec, 'name'>> = {}): TopicSpec {
  return {
    name,
    partitions: 1,
    cleanup: 'delete',
    retentionMs: null,
    retentionBytes: null,
    maxRecordBytes: MAX_RECORD_BYTES,
    ...changes,
  };
}

export function record(harness: ContractHarness, value: string | null, key: string | null = null): ProducerRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: [],
    timestampMs: harness.wallMs(),
  };
}

export function batchOf(
  harness: ContractHarness,
  topic: string,
  values: readonly (string | null)[],
  partition = 0,
): AppendBatch {
  return { topic, partition, records: values.map((value) => record(harness, value)) };
}

/** Appends with a producer of its own and returns the first offset. */
export async function append(
  harness: ContractHarness,
  topic: string,
  values: readonly (string | null)[],
  partition = 0,
): Promise<number> {
  return withProducer(harness, async (producer) => {
    const [base] = await harness.settle(producer.append([batchOf(harness, topic, values, partition)]));
    if (base === undefined) throw new Error('no base offset was given');
    return base;
  });
}

export async function withProducer<T>(harness: ContractHarness, use: (producer: Producer) => Promise<T>): Promise<T> {
  const producer = await harness.log.producer();
  try {
    return await use(producer);
  } finally {
    await producer.close();
  }
}

/** Commits one transaction with a producer of its own. */
export async function transact(
  harness: ContractHarness,
  transactionalId: string,
  transaction: Transaction,
): Promise<CommitOutcome> {
  const producer = await harness.settle(harness.log.transactionalProducer(transactionalId));
  const outcome = await harness.settle(producer.commit(transaction));
  await producer.close();
  return outcome;
}

/** Everything that is committed from an offset on, as a groupless reader sees it now. */
export async function readAll(
  harness: ContractHarness,
  partition: TopicPartition,
  fromOffset: number,
): Promise<LogRecord[]> {
  const reader = await harness.log.reader(partition, fromOffset);
  try {
    const records: LogRecord[] = [];
    for (;;) {
      const batch = await harness.settle(reader.read({ timeoutMs: POLL_MS }));
      records.push(...batch.records);
      if (batch.nextOffset >= batch.endOffset) return records;
    }
  } finally {
    await reader.close();
  }
}

/** Waits until so many records can be read and returns what is there then. */
export async function readCount(
  harness: ContractHarness,
  topic: string,
  count: number,
  partition = 0,
): Promise<LogRecord[]> {
  return eventually(harness, `${count} records in ${topic}/${partition}`, async () => {
    const records = await readAll(harness, { topic, partition }, 0);
    return records.length >= count ? records : undefined;
  });
}

export function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}

export function values(records: readonly LogRecord[]): (string | null)[] {
  return records.map(({ value }) => text(value));
}

/** What polls of one consumer gave. */
export interface Seen {
  readonly assignments: Extract<PollResult, { kind: 'assignment' }>[];
  readonly records: Map<string, LogRecord[]>;
}

export function nothingSeen(): Seen {
  return { assignments: [], records: new Map() };
}

export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

export async function pollOnce(harness: ContractHarness, consumer: Consumer, seen: Seen): Promise<PollResult> {
  const result = await harness.settle(consumer.poll({ timeoutMs: POLL_MS }));
  if (result.kind === 'assignment') seen.assignments.push(result);
  if (result.kind === 'records') {
    for (const batch of result.batches) {
      const list = seen.records.get(nameOf(batch)) ?? [];
      list.push(...batch.records);
      seen.records.set(nameOf(batch), list);
    }
  }
  return result;
}

/** Polls consumers at the same time, as a group needs it to come to rest, until all is as it should be. */
export async function pollUntil(
  harness: ContractHarness,
  polled: readonly { readonly consumer: Consumer; readonly seen: Seen }[],
  what: string,
  done: () => boolean,
): Promise<void> {
  for (let i = 0; i < MAX_POLLS; i++) {
    if (done()) return;
    await Promise.all(polled.map(({ consumer, seen }) => pollOnce(harness, consumer, seen)));
  }
  throw new Error(`polling never led to: ${what}`);
}

/** Opens a consumer and polls until it has an assignment. */
export async function joined(
  harness: ContractHarness,
  group: string,
  topics: readonly string[],
  startPaused = false,
): Promise<{ consumer: Consumer; seen: Seen }> {
  const consumer = await harness.log.consumer({ group, topics, startPaused });
  const seen = nothingSeen();
  await pollUntil(harness, [{ consumer, seen }], 'an assignment', () => seen.assignments.length > 0);
  return { consumer, seen };
}

/** The error of something that must fail. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('this should have failed');
}
