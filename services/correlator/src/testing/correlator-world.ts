import { partitionOf } from '@logweave/event-log';
import { MemoryCluster, type MemoryEventLog } from '@logweave/event-log/memory';
import { HEADERS, TOPICS, VirtualClock } from '@logweave/model';
import { createLogger, Redactor } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { Value } from 'typebox/value';
import { type CorrelatorConfig, correlationSectionSchema, resolveCorrelatorConfig } from '../config.ts';
import { type CorrelatorService, createCorrelator } from '../correlator.ts';

/** One line of a source, in the words of a test. */
export interface TestLine {
  readonly side: 'A' | 'B';
  /** Source port; the address is always the same. */
  readonly port: number;
  /** Event time, milliseconds after the world began; null: no timestamp field. */
  readonly atMs: number | null;
  /** Other fields. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface WorldOptions {
  readonly partitions?: number;
  /** This topic gets one partition more than the others. */
  readonly unequal?: 'state' | 'correlated';
  /** As in YAML. */
  readonly correlation?: Readonly<Record<string, unknown>>;
}

/** A log in memory, a clock that is advanced, and correlators that come and go. */
export class CorrelatorWorld {
  readonly clock = new VirtualClock();
  readonly startMs = this.clock.wallMs();
  readonly cluster = new MemoryCluster({ clock: this.clock, transactionMarkers: true });
  readonly config: CorrelatorConfig;
  readonly partitions: number;
  /** Log lines of all correlators. */
  readonly logged: Record<string, unknown>[] = [];
  service: CorrelatorService | null = null;
  metrics = new Registry();
  #client: MemoryEventLog | null = null;

  constructor({ partitions = 1, unequal, correlation = {} }: WorldOptions = {}) {
    this.partitions = partitions;
    const section = Value.Default(correlationSectionSchema, structuredClone(correlation));
    this.config = resolveCorrelatorConfig(Value.Parse(correlationSectionSchema, section));
    const { topics } = this.config;
    for (const [name, definition] of [
      [topics.http, TOPICS.http],
      [topics.network, TOPICS.network],
      [topics.correlated, TOPICS.correlated],
      [topics.state, TOPICS['correlator-state']],
    ] as const) {
      const more = unequal !== undefined && name === topics[unequal] ? 1 : 0;
      this.cluster.ensureTopic({ ...definition, name, partitions: partitions + more });
    }
    this.cluster.ensureTopic({ ...TOPICS['dead-letter'], name: topics.deadLetter, partitions: 1 });
  }

  /** Starts a correlator and lets it restore its tasks. */
  async start(): Promise<CorrelatorService> {
    this.#client = this.cluster.connect();
    this.metrics = new Registry();
    const service = createCorrelator(this.config, {
      eventLog: this.#client,
      clock: this.#client.clock,
      log: createLogger({
        level: 'info',
        format: 'json',
        redactor: new Redactor(),
        output: { write: (line) => void this.logged.push(JSON.parse(line) as Record<string, unknown>) },
      }),
      metrics: this.metrics,
    });
    this.service = service;
    await service.start();
    await this.clock.advance(10);
    return service;
  }

  /** The process dies; the log lives. */
  async crash(): Promise<void> {
    await this.#client?.crash();
    this.#client = null;
    this.service = null;
  }

  async stop(): Promise<void> {
    let stopped = false;
    const stopping = this.service?.stop().then(() => {
      stopped = true;
    });
    while (!stopped) await this.clock.advance(100);
    await stopping;
    this.service = null;
  }

  /** Lines arrive now, in this order. */
  send(...lines: readonly TestLine[]): void {
    for (const { side, port, atMs, fields } of lines) {
      const event = {
        src_ip: '192.0.2.1',
        src_port: port,
        ...(atMs === null ? {} : { timestamp: (BigInt(this.startMs + atMs) * 1_000_000n).toString() }),
        ...fields,
      };
      // Nanoseconds are beyond what a double writes exactly.
      const text = JSON.stringify(event).replace(/"timestamp":"(\d+)"/, '"timestamp":$1');
      this.sendRaw(side, `192.0.2.1:${port}`, text);
    }
  }

  sendRaw(side: 'A' | 'B', key: string, text: string): void {
    const { http, network } = this.config.topics;
    const keyBytes = Buffer.from(key);
    const record = { key: keyBytes, value: Buffer.from(text), headers: [], timestampMs: this.clock.wallMs() };
    const partition = partitionOf(keyBytes, this.partitions);
    this.cluster.append([{ topic: side === 'A' ? http : network, partition, records: [record] }], null);
  }

  /** Retention at its worst: the beginning of a partition is gone, read or not. */
  truncate(side: 'A' | 'B', lowOffset: number, partition = 0): void {
    const { http, network } = this.config.topics;
    this.cluster.partition(this.cluster.partitionId(side === 'A' ? http : network, partition)).low = lowOffset;
  }

  /** What is in the result topic, a record as `50001 A0-B0` or `50001 A1 no_partner`: port, offsets, reason. */
  results(): string[] {
    return this.cluster.records(this.config.topics.correlated).map(({ value, headers }) => {
      const record = JSON.parse(Buffer.from(value ?? []).toString()) as Record<string, unknown>;
      const offset = (name: string): string | null => {
        const header = headers.find((candidate) => candidate.name === name);
        return header === undefined ? null : (Buffer.from(header.value).toString().split('/').at(-1) ?? null);
      };
      const a = offset(HEADERS.parentA);
      const b = offset(HEADERS.parentB);
      const parents = [a === null ? null : `A${a}`, b === null ? null : `B${b}`].filter((name) => name !== null);
      const reason =
        record['orphan_reason'] === undefined ? '' : ` ${JSON.stringify(record['orphan_reason']).slice(1, -1)}`;
      return `${String(record['src_port'])} ${parents.join('-')}${reason}`;
    });
  }

  records(): Record<string, unknown>[] {
    return this.cluster
      .records(this.config.topics.correlated)
      .map(({ value }) => JSON.parse(Buffer.from(value ?? []).toString()) as Record<string, unknown>);
  }

  /** Reasons of the dead letters. */
  deadLetters(): string[] {
    return this.cluster.records(this.config.topics.deadLetter).map(({ headers }) => {
      const reason = headers.find(({ name }) => name === HEADERS.reason);
      return Buffer.from(reason?.value ?? []).toString();
    });
  }

  /** Sum of a metric over its labels, those given fixed. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const metric = await this.metrics.getSingleMetric(name)?.get();
    let sum = 0;
    for (const value of metric?.values ?? []) {
      const own: Readonly<Record<string, string | number | undefined>> = value.labels;
      if (Object.entries(labels).every(([label, wanted]) => own[label] === wanted)) sum += value.value;
    }
    return sum;
  }

  /** Both sides of the conservation equation. */
  async conservation(side: 'A' | 'B'): Promise<[number, number]> {
    const of = (name: string): Promise<number> => this.metric(`logweave_correlator_${name}`, { side });
    return [
      (await of('events_read_total')) + (await of('events_taken_over_total')),
      (await of('events_decided_total')) + (await of('events_handed_over_total')) + (await of('held_events')),
    ];
  }
}
