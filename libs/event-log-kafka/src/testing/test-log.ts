import { type EventLog, type LogRecord, type ProducerRecord, type TopicSpec, isRetriable } from '@logweave/event-log';
import { systemClock } from '@logweave/service-kit';
import { DEFAULT_KAFKA_CONFIG, type KafkaLogDeps, openKafkaLog } from '../index.ts';
import type { KafkaConfig } from '../kafka-config.ts';

const POLL_MS = 100;

/** The adapter on some brokers, as a service opens it. */
export function openTestLog(
  brokers: readonly string[],
  changes: Partial<KafkaConfig> = {},
  deps: Partial<KafkaLogDeps> = {},
): EventLog {
  return openKafkaLog(
    { ...DEFAULT_KAFKA_CONFIG, ...changes, brokers },
    {
      clock: systemClock,
      log: () => {},
      identityLost: (error) => {
        throw error;
      },
      ...deps,
    },
  );
}

/** A topic that keeps everything. */
export function topicSpec(name: string, changes: Partial<Omit<TopicSpec, 'name'>> = {}): TopicSpec {
  const whole = { partitions: 1, cleanup: 'delete', retentionMs: null, retentionBytes: null } as const;
  return { name, ...whole, maxRecordBytes: 1_000_000, ...changes };
}

export function recordOf(value: string | null, key: string | Buffer | null = null): ProducerRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: [],
    timestampMs: systemClock.wallMs(),
  };
}

export function valuesOf(records: readonly LogRecord[]): string[] {
  return records.map(({ value }) => Buffer.from(value ?? []).toString());
}

/** What a read committed reader sees of a partition from an offset up to the stable end. */
export async function readToEnd(log: EventLog, topic: string, partition = 0, fromOffset = 0): Promise<LogRecord[]> {
  const reader = await log.reader({ topic, partition }, fromOffset);
  const records: LogRecord[] = [];
  try {
    for (;;) {
      const batch = await reader.read({ timeoutMs: POLL_MS });
      records.push(...batch.records);
      if (batch.nextOffset >= batch.endOffset) return records;
    }
  } finally {
    await reader.close();
  }
}

/**
 * Waits until something is there or holds: what is acknowledged may take a moment to be seen.
 * @throws Error naming it when it never does.
 */
export async function until<T>(what: string, check: () => Promise<T | null | false>, withinMs = 60_000): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + withinMs;
  for (;;) {
    const found = await check();
    if (found !== null && found !== false) return found;
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`never came to be: ${what}`);
    await systemClock.sleep(20);
  }
}

/** Does something that may fail for a while. */
export async function retried<T>(action: () => Promise<T>): Promise<T> {
  return until('an answer', async () => {
    try {
      return await action();
    } catch (error) {
      if (isRetriable(error)) return null;
      throw error;
    }
  });
}
