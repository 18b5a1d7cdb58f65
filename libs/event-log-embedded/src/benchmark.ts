import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProducerRecord, TopicPartition } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import { type EmbeddedEventLog, openEmbeddedLog } from './embedded-log.ts';
import { openEmbeddedLogReader } from './log-reader.ts';

const TOPIC = 'bench.records';
const PARTITIONS = 4;
const GROUP = 'bench';

export interface EmbeddedBenchmarkOptions {
  readonly clock: Clock;
  readonly records: number;
  readonly recordsPerTransaction: number;
  /** Transactional producers that commit at the same time. */
  readonly producers: number;
  readonly valueBytes: number;
  /** With three small headers, as result records have. */
  readonly headers: boolean;
  /** Where the file is made. Default the system's temporary directory; it should be a real disk. */
  readonly directory?: string;
}

export interface Rate {
  readonly name: string;
  /** The longest that the event loop stood still, but for one percent of the time, in milliseconds. */
  readonly stallMs: number;
  readonly recordsPerSecond: number;
  readonly cpuMicrosPerRecord: number;
}

/**
 * Measures appending in transactions with offsets, consuming in the same process as records are appended (from memory)
 * and reading everything back from the file. Full durability throughout. Single run; take the median of several.
 */
export async function benchmarkEmbeddedLog(options: EmbeddedBenchmarkOptions): Promise<readonly Rate[]> {
  const directory = mkdtempSync(join(options.directory ?? tmpdir(), 'logweave-bench-'));
  const path = join(directory, 'event-log.db');
  const log = await openEmbeddedLog({ path, clock: options.clock, maintainEveryMs: null });
  try {
    await log.ensureTopic({
      name: TOPIC,
      partitions: PARTITIONS,
      cleanup: 'delete',
      retentionMs: null,
      retentionBytes: null,
      maxRecordBytes: 1024 * 1024,
    });
    const { clock, records } = options;
    const rates = [await measure(clock, 'append, transactions', records, () => append(log, options))];
    rates.push(await measure(clock, 'append and consume', records, () => appendAndConsume(log, options)));
    rates.push(await measure(clock, 'read from the file', 2 * records, () => readAll(path, clock)));
    return rates;
  } finally {
    await log.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(clock: Clock, name: string, records: number, run: () => Promise<void>): Promise<Rate> {
  const loopDelay = monitorEventLoopDelay({ resolution: 1 });
  loopDelay.enable();
  const cpu = process.cpuUsage();
  const startMs = clock.monotonicMs();
  await run();
  const seconds = (clock.monotonicMs() - startMs) / 1000;
  const used = process.cpuUsage(cpu);
  loopDelay.disable();
  return {
    name,
    stallMs: loopDelay.percentile(99) / 1e6,
    recordsPerSecond: Math.round(records / seconds),
    cpuMicrosPerRecord: (used.user + used.system) / records,
  };
}

function makeRecords(count: number, options: EmbeddedBenchmarkOptions): ProducerRecord[] {
  const headers = options.headers
    ? ['a', 'b', 'rules'].map((name) => ({ name, value: Buffer.from(`logweave.http/1/${name}`) }))
    : [];
  return Array.from({ length: count }, (_, i) => ({
    key: Buffer.from(`192.0.2.${i % 256}:${1024 + i}`),
    value: Buffer.alloc(options.valueBytes, `{"src_port":${i},`),
    headers,
    timestampMs: options.clock.wallMs(),
  }));
}

async function append(log: EmbeddedEventLog, options: EmbeddedBenchmarkOptions): Promise<void> {
  const records = makeRecords(options.recordsPerTransaction / PARTITIONS, options);
  const transactions = Math.ceil(options.records / options.recordsPerTransaction / options.producers);
  const batches = partitions().map((partition) => ({ ...partition, records }));
  await Promise.all(
    Array.from({ length: options.producers }, async (_, i) => {
      const producer = await log.transactionalProducer(`bench ${i}`);
      for (let offset = 0; offset < transactions; offset++) {
        const offsets = partitions().map((partition) => ({ ...partition, offset, metadata: '' }));
        const outcome = await producer.commit({ batches, group: GROUP, offsets });
        if (outcome.kind !== 'committed') throw new Error(`the transaction was ${outcome.kind}`);
      }
    }),
  );
}

async function appendAndConsume(log: EmbeddedEventLog, options: EmbeddedBenchmarkOptions): Promise<void> {
  const consumer = await log.consumer({ group: 'bench-consumer', topics: [TOPIC] });
  const first = await consumer.poll({ timeoutMs: 1_000 });
  if (first.kind !== 'assignment') throw new Error(`the first poll gave ${first.kind}`);
  for (const [partition, { high }] of (await log.watermarks(TOPIC)).entries()) {
    consumer.seek({ topic: TOPIC, partition }, high);
  }
  const appended = append(log, options);
  for (let left = options.records; left > 0; ) {
    const polled = await consumer.poll({ timeoutMs: 10_000 });
    if (polled.kind !== 'records') throw new Error(`a poll gave ${polled.kind}`);
    for (const { records } of polled.batches) left -= records.length;
  }
  await appended;
  await consumer.close();
}

async function readAll(path: string, clock: Clock): Promise<void> {
  const log = await openEmbeddedLogReader({ path, clock });
  try {
    for (const partition of partitions()) {
      const reader = await log.reader(partition, 0);
      for (;;) {
        const { nextOffset, endOffset } = await reader.read({ timeoutMs: 0 });
        if (nextOffset === endOffset) break;
      }
    }
  } finally {
    await log.close();
  }
}

function partitions(): TopicPartition[] {
  return Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: TOPIC, partition }));
}
