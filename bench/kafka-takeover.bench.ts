/**
 * How long a correlator on Kafka takes to take over a task that holds a million connections: from the start of its
 * process to the first record that only it can have written. `... bench/kafka-takeover.bench.ts [EVENTS]`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decodeCommitMetadata } from '@logweave/correlation';
import type { EventLog, ProducerRecord } from '@logweave/event-log';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from '@logweave/event-log-kafka';
import { startTestKafka } from '@logweave/event-log-kafka/testing';
import { topicName } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { http, network } from './engine-input.ts';

const events = Number(process.argv[2] ?? 1_000_000);
const BATCH = 1_000;
const LOOK_MS = 100;
const LIMIT_MS = 300_000;
const NETWORK_TTL_S = 3_600;
const PROGRAM = join(import.meta.dirname, '../services/logweave/bin/logweave.mjs');

interface Restored {
  readonly msg?: string;
  readonly replayed?: number;
  readonly held?: number;
  readonly tookMs?: number;
}

class CorrelatorProcess {
  readonly #child: ChildProcess;
  readonly restored: Promise<Restored>;

  constructor(configPath: string) {
    const flags = [
      '--conditions=@logweave/source',
      '--no-warnings',
      '--max-semi-space-size=64',
      '--max-old-space-size=4096',
    ];
    this.#child = spawn(process.execPath, [...flags, PROGRAM, 'run', 'correlator', '-c', configPath], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.restored = new Promise((resolve) => {
      if (this.#child.stderr === null) return;
      createInterface(this.#child.stderr).on('line', (line) => {
        if (line.includes('"task restored"')) resolve(JSON.parse(line) as Restored);
      });
    });
  }

  kill(): Promise<void> {
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGKILL');
    return exited;
  }
}

function record(text: string): ProducerRecord {
  const { src_ip: ip, src_port: port } = JSON.parse(text) as { src_ip: string; src_port: number };
  const timestampMs = systemClock.wallMs();
  return { key: Buffer.from(`${ip}:${port}`), value: Buffer.from(text), headers: [], timestampMs };
}

async function fill(log: EventLog, baseNs: bigint): Promise<void> {
  const producer = await log.producer();
  for (let from = 0; from < events; from += BATCH) {
    const records = Array.from({ length: BATCH }, (_, i) =>
      record(network(from + i, baseNs + BigInt(from + i) * 10_000n)),
    );
    await producer.append([{ topic: topicName('network'), partition: 0, records }]);
  }
  await producer.close();
}

async function append(log: EventLog, text: string): Promise<void> {
  const producer = await log.producer();
  await producer.append([{ topic: topicName('http'), partition: 0, records: [record(text)] }]);
  await producer.close();
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = systemClock.monotonicMs() + LIMIT_MS;
  while (!(await isSo())) {
    if (systemClock.monotonicMs() > endMs) throw new Error('it takes too long');
    await systemClock.sleep(LOOK_MS);
  }
}

const results = async (log: EventLog): Promise<number> =>
  (await log.watermarks(topicName('correlated'))).reduce((sum, { stable }) => sum + stable, 0);

async function readTo(log: EventLog, wanted: number): Promise<boolean> {
  const partition = { topic: topicName('network'), partition: 0 };
  const [committed] = await log.committed('logweave.correlator', [partition]);
  return committed !== null && committed !== undefined && decodeCommitMetadata(committed.metadata).next >= wanted;
}

const kafka = await startTestKafka();
if ('unavailable' in kafka) {
  console.log(`takeover on Kafka: skipped, ${kafka.unavailable}`);
} else {
  const directory = mkdtempSync(join(tmpdir(), 'logweave-takeover-'));
  const config = join(directory, 'logweave.yml');
  const settings = {
    data_dir: directory,
    event_log: { kind: 'kafka', kafka: { brokers: kafka.bootstrapServers, session_timeout_ms: 6_000 } },
    topics: { partitions: 1 },
    inputs: { unix_sockets: [{ name: 'http_source', path: join(directory, 'http.socket') }] },
    correlation: { matching: { mode: 'one_to_many' }, ttl: { network_ttl_s: NETWORK_TTL_S } },
    admin: { port: 0 },
    log: { format: 'json' },
  };
  writeFileSync(config, JSON.stringify(settings));
  const log = openKafkaLog(
    { ...DEFAULT_KAFKA_CONFIG, brokers: kafka.bootstrapServers },
    { clock: systemClock, log: () => {}, identityLost: () => {} },
  );
  const first = new CorrelatorProcess(config);
  let second: CorrelatorProcess | null = null;
  try {
    await first.restored;
    const baseNs = (BigInt(systemClock.wallMs()) - 60_000n) * 1_000_000n;
    await fill(log, baseNs);
    await until(() => readTo(log, events));
    await first.kill();
    // Its session ends meanwhile: what is measured is the take-over, not the time until a death is noticed.
    await systemClock.sleep(7_000);
    const before = await results(log);
    await append(log, http(5, baseNs + 1_000_000_000n));
    const beganMs = systemClock.monotonicMs();
    second = new CorrelatorProcess(config);
    const { replayed, held, tookMs } = await second.restored;
    const restoredMs = systemClock.monotonicMs() - beganMs;
    await until(async () => (await results(log)) > before);
    const firstOutputMs = systemClock.monotonicMs() - beganMs;
    console.log(
      `takeover on Kafka of a task with ${held} events held: ${(firstOutputMs / 1000).toFixed(1)} s from the start of ` +
        `the process to its first record; restored after ${(restoredMs / 1000).toFixed(1)} s, of which ` +
        `${((tookMs ?? 0) / 1000).toFixed(1)} s to read ${replayed} records again`,
    );
  } finally {
    await second?.kill();
    await log.close();
    await kafka.close();
    rmSync(directory, { recursive: true });
  }
}
