import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '@logweave/event-log';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from '@logweave/event-log-kafka';
import { KafkaProxy } from '@logweave/event-log-kafka/testing';
import { systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createIngestorMetrics, type IngestorMetrics } from './metrics.ts';
import { openSpooledLog, type SpooledLog } from './open-spooled-log.ts';

const kafka = inject('kafka');
const brokers = 'bootstrapServers' in kafka ? kafka.bootstrapServers : [];
const STALL_MS = 300;

/** One process: what its proxy loses is lost for it alone. */
interface Process {
  readonly proxy: KafkaProxy;
  readonly log: EventLog;
  readonly spooled: SpooledLog;
  readonly metrics: IngestorMetrics;
}

describe.skipIf(brokers.length === 0)('a spool before Kafka', () => {
  let root: string;
  let topic: string;
  let processes: Process[];
  let numbers: number;
  let dead: Set<KafkaProxy>;
  /** Of processes that live. */
  let failures: Error[];

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'lw-'));
    topic = `spooled-${crypto.randomUUID()}`;
    processes = [];
    numbers = 0;
    dead = new Set();
    failures = [];
  });

  afterEach(async () => {
    for (const { proxy, log, spooled } of processes) {
      dead.add(proxy);
      await proxy.close();
      await log.close();
      await spooled.spool.close();
    }
    rmSync(root, { recursive: true });
  });

  async function start(): Promise<Process> {
    const proxy = await KafkaProxy.start(brokers);
    const log = openKafkaLog(
      { ...DEFAULT_KAFKA_CONFIG, brokers: proxy.bootstrapServers, transactionTimeoutMs: 10_000 },
      { clock: systemClock, log: () => undefined, identityLost: () => undefined },
    );
    const bounds = { retentionMs: null, retentionBytes: null, maxRecordBytes: 2 ** 20 };
    await log.ensureTopic({ name: topic, partitions: 2, cleanup: 'delete', ...bounds });
    const none = (): void => undefined;
    const metrics = createIngestorMetrics(new Registry(), none);
    const spooled = await openSpooledLog(
      { directory: directoryOf(processes.length), maxBytes: 1 << 24, stallMs: STALL_MS, name: `${topic}.spool` },
      {
        eventLog: log,
        producer: await log.producer(),
        topics: new Map([[topic, 2]]),
        isAway: false,
        clock: systemClock,
        log: { info: none, warn: none, error: none },
        metrics,
        troubleChanges: none,
        failed: (error) => void (dead.has(proxy) || failures.push(error)),
      },
    );
    const process = { proxy, log, spooled, metrics };
    processes.push(process);
    return process;
  }

  const directoryOf = (process: number): string => join(root, String(process));

  /** From one moment to the next; the next process has its disk. */
  async function kill({ proxy, log }: Process): Promise<Process> {
    await proxy.close();
    cpSync(directoryOf(processes.length - 1), directoryOf(processes.length), { recursive: true });
    dead.add(proxy);
    await log.close();
    return start();
  }

  function append({ spooled }: Process, count: number): Promise<void> {
    const records = Array.from({ length: count }, () => ({
      key: Buffer.from('key'),
      value: Buffer.from(String(numbers++)),
      headers: [{ name: 'h', value: Buffer.from('v') }],
      timestampMs: systemClock.wallMs(),
    }));
    return spooled.producer.append([0, 1].map((partition) => ({ topic, partition, records })));
  }

  async function expectAllInLog({ log }: Process): Promise<void> {
    const marks = await log.watermarks(topic);
    for (const partition of [0, 1]) {
      const reader = await log.reader({ topic, partition }, 0);
      const found: string[] = [];
      for (let next = 0; next < (marks[partition]?.stable ?? 0); ) {
        const { records, nextOffset } = await reader.read({ timeoutMs: 1_000 });
        found.push(...records.map(({ value }) => Buffer.from(value ?? []).toString()));
        next = nextOffset;
      }
      await reader.close();
      expect(failures).toEqual([]);
      expect(found).toEqual(Array.from({ length: numbers }, (_, i) => String(i)));
    }
  }

  const until = (holds: () => boolean): Promise<void> =>
    expect.poll(holds, { interval: 20, timeout: 60_000 }).toBe(true);

  test('fault 9: what comes while no broker answers is in Kafka once and in order when they do again', async () => {
    const process = await start();
    await append(process, 100);
    process.proxy.freeze();
    for (let i = 0; i < 20; i++) await append(process, 100);
    expect(process.spooled.producer.route).toBe('spool');
    process.proxy.thaw();
    await until(() => process.spooled.producer.route === 'log');
    await append(process, 100);
    await expectAllInLog(process);
  });

  test('fault 2: killed when Kafka has an append and its answer is lost, the next process does not send it again', async () => {
    const first = await start();
    await append(first, 1);
    const lost = first.proxy.loseNext('produce', 'answer');
    const appended = append(first, 50);
    await lost;
    first.proxy.freeze();
    await append(first, 50);
    await appended;
    const second = await kill(first);
    await until(() => second.spooled.producer.route === 'log');
    await expectAllInLog(second);
    expect((await second.metrics.spoolFoundInLog.get()).values[0]?.value).toBe(100);
  });

  test('fault 2: killed when Kafka has ended a transaction of the spool and the answer is lost, nothing is sent twice', async () => {
    const first = await start();
    first.proxy.freeze();
    for (let i = 0; i < 3; i++) await append(first, 50);
    const lost = first.proxy.loseNext('endTxn', 'answer');
    first.proxy.thaw();
    await lost;
    const second = await kill(first);
    await until(() => second.spooled.producer.route === 'log');
    await append(second, 1);
    await expectAllInLog(second);
  });
});
