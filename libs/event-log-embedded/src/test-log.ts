import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogRecord, ProducerRecord, ReadableEventLog, TopicSpec } from '@logweave/event-log';

type Hook = (run: () => void) => void;

/** A directory for each test, and the path of a log in it. Takes the test framework's hooks. For tests only. */
export function testDirectory(hooks: { readonly beforeEach: Hook; readonly afterEach: Hook }): { path(): string } {
  let directory = '';
  hooks.beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'logweave-log-'));
  });
  hooks.afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return { path: () => join(directory, 'event-log.db') };
}

export function topic(name: string, changes: Partial<TopicSpec> = {}): TopicSpec {
  return {
    name,
    partitions: 1,
    cleanup: 'delete',
    retentionMs: null,
    retentionBytes: null,
    maxRecordBytes: 1024 * 1024,
    ...changes,
  };
}

export function records(timestampMs: number, values: readonly string[], key: string | null = null): ProducerRecord[] {
  return values.map((value) => ({
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(value),
    headers: [],
    timestampMs,
  }));
}

/** All records of a partition from its low watermark on. */
export async function readAll(log: ReadableEventLog, name: string, partition = 0): Promise<LogRecord[]> {
  const low = (await log.watermarks(name))[partition]?.low ?? 0;
  const reader = await log.reader({ topic: name, partition }, low);
  const all: LogRecord[] = [];
  for (;;) {
    const batch = await reader.read({ timeoutMs: 0 });
    all.push(...batch.records);
    if (batch.nextOffset >= batch.endOffset) break;
  }
  await reader.close();
  return all;
}

export async function readValues(log: ReadableEventLog, name: string, partition = 0): Promise<string[]> {
  return (await readAll(log, name, partition)).map(({ value }) => Buffer.from(value ?? []).toString());
}
