import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '@logweave/event-log';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from '@logweave/event-log-kafka';
import { KafkaProxy } from '@logweave/event-log-kafka/testing';
import { systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createIngestorMetrics } from './metrics.ts';
import { TailInput } from './tail-input.ts';

const kafka = inject('kafka');
const brokers = 'bootstrapServers' in kafka ? kafka.bootstrapServers : [];

/** One process: what its proxy loses is lost for it alone. */
interface Process {
  readonly proxy: KafkaProxy;
  readonly log: EventLog;
  readonly input: TailInput;
}

describe.skipIf(brokers.length === 0)('a file that is followed into Kafka', () => {
  let directory: string;
  let path: string;
  let prefix: string;
  let processes: Process[];
  let written: number;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lw-'));
    path = join(directory, 'a.log');
    prefix = `tail-${crypto.randomUUID()}`;
    processes = [];
    written = 0;
  });

  afterEach(async () => {
    for (const process of processes) await kill(process);
    rmSync(directory, { recursive: true });
  });

  async function start(): Promise<Process> {
    const proxy = await KafkaProxy.start(brokers);
    const log = openKafkaLog(
      { ...DEFAULT_KAFKA_CONFIG, brokers: proxy.bootstrapServers, transactionTimeoutMs: 10_000 },
      { clock: systemClock, log: () => undefined, identityLost: () => undefined },
    );
    const topics = {
      raw: { name: `${prefix}.raw`, partitions: 2 },
      deadLetters: { name: `${prefix}.dead-letter`, partitions: 1 },
    };
    const bounds = { retentionMs: null, retentionBytes: null, maxRecordBytes: 2 ** 20 } as const;
    for (const topic of Object.values(topics)) await log.ensureTopic({ ...topic, cleanup: 'delete', ...bounds });
    const none = (): void => undefined;
    const input = new TailInput(
      {
        name: 'a',
        type: 'file',
        path,
        logType: 'NIX_SYSTEM',
        namespace: null,
        labels: {},
        maxLogBytes: 1_000,
        startAt: 'beginning',
        pollMs: 20,
      },
      {
        eventLog: log,
        clock: systemClock,
        metrics: createIngestorMetrics(new Registry(), none),
        topics,
        group: `${prefix}.tail`,
        changed: none,
        failing: none,
        failed: none,
      },
    );
    await input.open();
    const process = { proxy, log, input };
    processes.push(process);
    return process;
  }

  async function kill({ proxy, log, input }: Process): Promise<void> {
    await proxy.close();
    await input.stop(Promise.resolve());
    await log.close();
  }

  function write(lines: number): void {
    let text = '';
    for (const end = written + lines; written < end; written++) text += `${written}\n`;
    appendFileSync(path, text);
  }

  async function numbersInLog(): Promise<number[]> {
    const log = openKafkaLog(
      { ...DEFAULT_KAFKA_CONFIG, brokers },
      { clock: systemClock, log: () => undefined, identityLost: () => undefined },
    );
    const numbers: number[] = [];
    try {
      const marks = await log.watermarks(`${prefix}.raw`);
      for (const [partition, { stable }] of marks.entries()) {
        const reader = await log.reader({ topic: `${prefix}.raw`, partition }, 0);
        for (let next = 0; next < stable; ) {
          const { records, nextOffset } = await reader.read({ timeoutMs: 1_000 });
          numbers.push(...records.map(({ value }) => Number(Buffer.from(value ?? []).toString())));
          next = nextOffset;
        }
        await reader.close();
      }
    } finally {
      await log.close();
    }
    return numbers;
  }

  async function expectAllInLog(): Promise<void> {
    let found: number[] = [];
    await expect
      .poll(async () => (found = await numbersInLog()).length, { interval: 100, timeout: 60_000 })
      .toBeGreaterThanOrEqual(written);
    expect(found).toEqual(Array.from({ length: written }, (_, i) => i));
  }

  test('fault 2: killed when Kafka has ended a transaction and the answer is lost, the next process goes on behind it', async () => {
    // So many short lines that what they are in Kafka is longer than one of its batches may be.
    write(40_000);
    const first = await start();
    await expectAllInLog();
    const lost = first.proxy.loseNext('endTxn', 'answer');
    write(500);
    await lost;
    await kill(first);
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
    write(500);
    await start();
    await expectAllInLog();
  });

  test('fault 9: while no broker answers the file waits, and then each line is in Kafka once', async () => {
    write(100);
    const process = await start();
    await expectAllInLog();
    process.proxy.freeze();
    for (let i = 0; i < 10; i++) write(100);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    process.proxy.thaw();
    write(100);
    await expectAllInLog();
  });
});
