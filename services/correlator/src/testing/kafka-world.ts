import { type EventLog, partitionOf, type ProducerRecord } from '@logweave/event-log';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from '@logweave/event-log-kafka';
import { KafkaProxy } from '@logweave/event-log-kafka/testing';
import { HEADERS, TOPICS } from '@logweave/model';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { Value } from 'typebox/value';
import { type CorrelatorConfig, correlationSectionSchema, resolveCorrelatorConfig } from '../config.ts';
import { type CorrelatorService, createCorrelator } from '../correlator.ts';

const SESSION_MS = 1_500;
const LOAD_STEP_MS = 20;
const PATIENCE_MS = 60_000;

/** A correlator as a process of its own sees Kafka: what its proxy loses is lost for it alone. */
export interface KafkaProcess {
  readonly proxy: KafkaProxy;
  readonly service: CorrelatorService;
  /** The process is gone from one moment to the next: nobody takes leave. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Topics of a correlator on a real broker, a load of pairs and orphans, and processes that come and go. */
export class KafkaWorld {
  readonly config: CorrelatorConfig;
  readonly partitions: number;
  /** Log lines of all correlators. */
  readonly logged: Record<string, unknown>[] = [];
  /** Connections past every failure. */
  readonly log: EventLog;
  readonly #brokers: readonly string[];
  readonly #processes = new Set<KafkaProcess>();
  #port = 1;

  constructor(brokers: readonly string[], partitions = 2) {
    this.#brokers = brokers;
    this.partitions = partitions;
    const section = Value.Default(correlationSectionSchema, {
      time_window: { value: 200, unit: 'ms' },
      lateness_ms: 100,
      late_grace_s: 2,
      idle_after_ms: 400,
      orphan_policy: { network_emit: true },
      on_stop: 'keep',
    });
    this.config = resolveCorrelatorConfig(
      Value.Parse(correlationSectionSchema, section),
      `correlator-${crypto.randomUUID()}`,
    );
    this.log = this.#open(brokers);
  }

  async createTopics(): Promise<void> {
    const { topics } = this.config;
    for (const [name, definition] of [
      [topics.http, TOPICS.http],
      [topics.network, TOPICS.network],
      [topics.correlated, TOPICS.correlated],
      [topics.state, TOPICS['correlator-state']],
    ] as const) {
      await this.log.ensureTopic({ ...definition, name, partitions: this.partitions });
    }
    await this.log.ensureTopic({ ...TOPICS['dead-letter'], name: topics.deadLetter, partitions: 1 });
  }

  async start(): Promise<KafkaProcess> {
    const proxy = await KafkaProxy.start(this.#brokers);
    const eventLog = this.#open(proxy.bootstrapServers);
    const service = createCorrelator(this.config, {
      eventLog,
      clock: systemClock,
      log: createLogger({
        level: 'info',
        format: 'json',
        redactor: new Redactor(),
        output: { write: (line) => void this.logged.push(JSON.parse(line) as Record<string, unknown>) },
      }),
      metrics: new Registry(),
    });
    const started: KafkaProcess = {
      proxy,
      service,
      kill: async () => {
        this.#processes.delete(started);
        await proxy.close();
        await eventLog.close();
      },
      stop: async () => {
        this.#processes.delete(started);
        await service.stop();
        await eventLog.close();
        await proxy.close();
      },
    };
    this.#processes.add(started);
    await service.start();
    return started;
  }

  /** Both halves of some connections, half a connection now and then, and a line that is no event. */
  async send(connections: number): Promise<void> {
    const a: ProducerRecord[][] = Array.from({ length: this.partitions }, () => []);
    const b: ProducerRecord[][] = Array.from({ length: this.partitions }, () => []);
    for (let i = 0; i < connections; i++) {
      const port = this.#port++;
      const record = this.#record(port);
      const partition = partitionOf(record.key, this.partitions);
      if (port % 5 !== 0) a[partition]?.push(record);
      if (port % 7 !== 0) b[partition]?.push(record);
    }
    const { http, network } = this.config.topics;
    const producer = await this.log.producer();
    const batchesOf = (topic: string, of: ProducerRecord[][]) =>
      of.map((records, partition) => ({ topic, partition, records }));
    await producer.append([...batchesOf(http, a), ...batchesOf(network, b)]);
    await producer.close();
  }

  /** Sends a little all the time while something happens. */
  async underLoad(happens: () => Promise<void>): Promise<void> {
    const load = { on: true };
    const sending = (async () => {
      while (load.on) {
        await this.send(4);
        await systemClock.sleep(LOAD_STEP_MS);
      }
    })();
    try {
      await happens();
    } finally {
      load.on = false;
      await sending;
    }
  }

  /** Waits until the correlators have committed some more of what they read. */
  async progress(): Promise<void> {
    const before = (await this.results()).length;
    await until('more results', async () => (await this.results()).length > before + 20);
  }

  /** Waits until every event that was sent has an outcome, and for a moment more in which one too many could come. */
  async settled(): Promise<readonly string[]> {
    const outcomes = this.expected();
    await until(`${outcomes.length} results`, async () => (await this.results()).length >= outcomes.length);
    await systemClock.sleep(500);
    return this.results();
  }

  /** What the result topic must hold: `12 AB` for a pair, `10 B` for an orphan, by port. */
  expected(): string[] {
    return Array.from({ length: this.#port - 1 }, (_, i) => i + 1)
      .map((port) => `${port} ${port % 5 !== 0 ? 'A' : ''}${port % 7 !== 0 ? 'B' : ''}`)
      .filter((outcome) => !outcome.endsWith(' '));
  }

  /** What the result topic holds, as readers of committed records see it, by port. */
  async results(): Promise<string[]> {
    const all: [number, string][] = [];
    for (let partition = 0; partition < this.partitions; partition++) {
      for (const { value, headers } of await this.read(this.config.topics.correlated, partition)) {
        const record = JSON.parse(Buffer.from(value ?? []).toString()) as Record<string, unknown>;
        const has = (name: string): boolean => headers.some((header) => header.name === name);
        const sides = `${has(HEADERS.parentA) ? 'A' : ''}${has(HEADERS.parentB) ? 'B' : ''}`;
        all.push([Number(record['src_port']), `${String(record['src_port'])} ${sides}`]);
      }
    }
    return all.toSorted(([a], [b]) => a - b).map(([, text]) => text);
  }

  async read(topic: string, partition: number): Promise<ProducerRecord[]> {
    const reader = await this.log.reader({ topic, partition }, 0);
    const records: ProducerRecord[] = [];
    try {
      for (;;) {
        const batch = await reader.read({ timeoutMs: 50 });
        records.push(...batch.records);
        if (batch.nextOffset >= batch.endOffset) return records;
      }
    } finally {
      await reader.close();
    }
  }

  async close(): Promise<void> {
    for (const process of this.#processes) await process.kill();
    await this.log.close();
  }

  #record(port: number): ProducerRecord & { readonly key: Buffer } {
    const timestampMs = systemClock.wallMs();
    const key = Buffer.from(`192.0.2.1:${port}`);
    const value = `{"src_ip":"192.0.2.1","src_port":${port},"timestamp":${timestampMs}000000}`;
    return { key, value: Buffer.from(value), headers: [], timestampMs };
  }

  #open(brokers: readonly string[]): EventLog {
    const group = { sessionTimeoutMs: SESSION_MS, rebalanceTimeoutMs: 5_000, heartbeatMs: 200 };
    return openKafkaLog(
      { ...DEFAULT_KAFKA_CONFIG, brokers, group },
      { clock: systemClock, log: () => {}, identityLost: () => {} },
    );
  }
}

/** Waits until something holds. @throws Error naming it when it never does. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + PATIENCE_MS;
  while (!(await check())) {
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`never came to be: ${what}`);
    await systemClock.sleep(50);
  }
}
