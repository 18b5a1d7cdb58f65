import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogRecord, ProducerRecord, ReadableEventLog, TopicSpec } from '@logweave/event-log';
import { VirtualClock } from '@logweave/model';
import { type EmbeddedEventLog, type EmbeddedLogOptions, openWith } from './embedded-log.ts';
import type { WriteOutcome, Writer, WriterOptions } from './write-operation.ts';
import { WriterThread } from './writer-thread.ts';

/** Time that stands still while a log writes: a transaction takes none, however long the disk takes. For tests only. */
export class WritingClock extends VirtualClock {
  readonly #writing = new Set<Promise<WriteOutcome>>();

  /** Opens a log whose time this is. */
  open(
    options: Omit<EmbeddedLogOptions, 'clock' | 'maintainEveryMs'> & { maintainEveryMs?: number },
  ): Promise<EmbeddedEventLog> {
    return openWith((writer) => this.#openWriter(writer), { maintainEveryMs: null, ...options, clock: this });
  }

  override async advance(ms: number): Promise<void> {
    await super.advance(ms);
    while (this.#writing.size > 0) {
      await Promise.all(this.#writing);
      await super.advance(0);
    }
  }

  async #openWriter(options: WriterOptions): Promise<Writer> {
    const thread = await WriterThread.open(options);
    return {
      write: (operations) => {
        const writing = thread.write(operations).finally(() => this.#writing.delete(writing));
        this.#writing.add(writing);
        return writing;
      },
      close: () => thread.close(),
    };
  }
}

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
