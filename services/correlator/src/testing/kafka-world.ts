import { type EventLog, partitionOf, type ProducerRecord } from '@logweave/event-log';
import { type KafkaProcess, KafkaProcesses, readToEnd, underLoad, until } from '@logweave/event-log-kafka/testing';
import { HEADERS, TOPICS } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { Value } from 'typebox/value';
import { type CorrelatorConfig, correlationSectionSchema, resolveCorrelatorConfig } from '../config.ts';
import { type CorrelatorService, createCorrelator } from '../correlator.ts';

/** Topics of a correlator on a real broker, a load of pairs and orphans, and processes that come and go. */
export class KafkaWorld {
  readonly config: CorrelatorConfig;
  readonly partitions: number;
  readonly #processes: KafkaProcesses<CorrelatorService>;
  #port = 1;

  constructor(brokers: readonly string[], partitions = 2) {
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
    this.#processes = new KafkaProcesses(brokers, (deps) =>
      createCorrelator(this.config, { ...deps, metrics: new Registry() }),
    );
  }

  /** A connection past every failure. */
  get log(): EventLog {
    return this.#processes.log;
  }

  /** Log lines of all correlators. */
  get logged(): readonly Record<string, unknown>[] {
    return this.#processes.logged;
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

  start(): Promise<KafkaProcess<CorrelatorService>> {
    return this.#processes.start();
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
  underLoad(happens: () => Promise<void>): Promise<void> {
    return underLoad(() => this.send(4), happens);
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
      for (const { value, headers } of await readToEnd(this.log, this.config.topics.correlated, partition)) {
        const record = JSON.parse(Buffer.from(value ?? []).toString()) as Record<string, unknown>;
        const has = (name: string): boolean => headers.some((header) => header.name === name);
        const sides = `${has(HEADERS.parentA) ? 'A' : ''}${has(HEADERS.parentB) ? 'B' : ''}`;
        all.push([Number(record['src_port']), `${String(record['src_port'])} ${sides}`]);
      }
    }
    return all.toSorted(([a], [b]) => a - b).map(([, text]) => text);
  }

  close(): Promise<void> {
    return this.#processes.close();
  }

  #record(port: number): ProducerRecord & { readonly key: Buffer } {
    const timestampMs = systemClock.wallMs();
    const key = Buffer.from(`192.0.2.1:${port}`);
    const value = `{"src_ip":"192.0.2.1","src_port":${port},"timestamp":${timestampMs}000000}`;
    return { key, value: Buffer.from(value), headers: [], timestampMs };
  }
}
