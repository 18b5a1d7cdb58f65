import { partitionOf, type ProducerRecord } from '@logweave/event-log';
import { MemoryCluster, type MemoryEventLog } from '@logweave/event-log/memory';
import { HEADERS, LIMITS, TOPICS, VirtualClock } from '@logweave/model';
import {
  activateVersion,
  type Change,
  changeRegistry,
  type ParserRegistry,
  type PrebuiltParser,
  readRegistry,
  submitVersion,
} from '@logweave/parser-registry';
import { createLogger, Redactor, type Service } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { Value } from 'typebox/value';
import { checkOutcomes, type OutcomeReport } from '../check-outcomes.ts';
import { type ParserConfig, type ParserInput, parserSectionSchema, resolveParserConfig } from '../config.ts';
import { createParser } from '../parser-service.ts';
import { type FakeParser, fakeEngine, fakeParserText } from './fake-engine.ts';

/** The log type of tests, served by `prebuilt/1` unless a test says otherwise. */
export const LOG_TYPE = 'TEST_LOG';

const PREBUILT: readonly PrebuiltParser[] = [
  { logType: LOG_TYPE, version: '1', text: fakeParserText({ name: 'prebuilt', failsOn: 'bad', crashesOn: 'boom' }) },
];

export interface WorldOptions {
  readonly partitions?: number;
  readonly udmPartitions?: number;
  /** As in YAML. */
  readonly parser?: Readonly<Record<string, unknown>>;
  readonly prebuilt?: readonly PrebuiltParser[];
}

export interface SentLog {
  readonly logType?: string | null;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A log in memory, a clock that is advanced, and parsers that come and go. */
export class ParserWorld {
  readonly clock = new VirtualClock();
  readonly cluster = new MemoryCluster({ clock: this.clock, transactionMarkers: true });
  readonly config: ParserConfig;
  readonly partitions: number;
  readonly prebuilt: readonly PrebuiltParser[];
  /** Log lines of all parser services. */
  readonly logged: Record<string, unknown>[] = [];
  service: Service | null = null;
  metrics = new Registry();
  #client: MemoryEventLog | null = null;
  readonly #running: { readonly service: Service; readonly client: MemoryEventLog }[] = [];

  constructor({ partitions = 1, udmPartitions = partitions, parser = {}, prebuilt = PREBUILT }: WorldOptions = {}) {
    this.partitions = partitions;
    this.prebuilt = prebuilt;
    const section = Value.Default(parserSectionSchema, structuredClone(parser));
    this.config = resolveParserConfig(Value.Parse(parserSectionSchema, section));
    const { topics, inputs } = this.config;
    for (const { name, topic } of inputs) {
      // The longest logs that a configuration may allow.
      const maxRecordBytes = LIMITS.rawLogBytesMax + LIMITS.headerAllowanceBytes;
      this.cluster.ensureTopic({ ...TOPICS[name], name: topic, partitions, maxRecordBytes });
    }
    this.cluster.ensureTopic({ ...TOPICS.udm, name: topics.udm, partitions: udmPartitions });
    this.cluster.ensureTopic({ ...TOPICS.parsers, name: topics.parsers });
    this.cluster.ensureTopic({ ...TOPICS['dead-letter'], name: topics.deadLetter, partitions: 1 });
  }

  /** Starts a parser service and lets it begin its partitions. */
  async start(): Promise<Service> {
    const client = this.cluster.connect();
    this.#client = client;
    this.metrics = new Registry();
    const service = createParser(this.config, {
      eventLog: client,
      clock: client.clock,
      log: createLogger({
        level: 'info',
        format: 'json',
        redactor: new Redactor(),
        output: { write: (line) => void this.logged.push(JSON.parse(line) as Record<string, unknown>) },
      }),
      metrics: this.metrics,
      engine: fakeEngine,
      prebuilt: this.prebuilt,
    });
    this.service = service;
    const started = service.start();
    await this.clock.advance(10);
    await started;
    this.#running.push({ service, client });
    return service;
  }

  /** Another one, which shares the partitions with those that run. */
  startBeside(): Promise<Service> {
    return this.start();
  }

  async crashOldest(): Promise<void> {
    await this.#running.shift()?.client.crash();
  }

  async stopOldest(): Promise<void> {
    const oldest = this.#running.shift();
    if (oldest !== undefined) await this.#stop(oldest.service);
  }

  /** The process dies; the log lives. */
  async crash(): Promise<void> {
    await this.#client?.crash();
    this.#client = null;
    this.service = null;
  }

  async stop(): Promise<void> {
    if (this.service !== null) await this.#stop(this.service);
    this.service = null;
  }

  async #stop(service: Service): Promise<void> {
    let stopped = false;
    const stopping = service.stop().then(() => {
      stopped = true;
    });
    while (!stopped) await this.clock.advance(100);
    await stopping;
  }

  /** A raw log arrives now. */
  send(text: string | Uint8Array, { logType = LOG_TYPE, key = 'source', headers = {} }: SentLog = {}): void {
    const all = { ...(logType === null ? {} : { [HEADERS.logType]: logType }), ...headers };
    const keyBytes = Buffer.from(key);
    this.sendRecord({
      key: keyBytes,
      value: Buffer.from(text),
      headers: Object.entries(all).map(([name, value]) => ({ name, value: Buffer.from(value) })),
      timestampMs: this.clock.wallMs(),
    });
  }

  sendRecord(record: ProducerRecord): void {
    const [raw] = this.config.inputs;
    const partition = partitionOf(record.key ?? Buffer.alloc(0), this.partitions);
    this.cluster.append([{ topic: raw?.topic ?? '', partition, records: [record] }], null);
  }

  sendAll(...texts: readonly string[]): void {
    for (const text of texts) this.send(text);
  }

  /** Makes a change of parsers, as an editor does. */
  async change(decide: (registry: ParserRegistry) => Change): Promise<void> {
    const log = this.cluster.connect();
    const place = { topic: this.config.topics.parsers, prebuilt: this.prebuilt };
    const outcome = await changeRegistry(log, place, this.clock.wallMs(), decide);
    if (outcome.kind === 'refused') throw new Error(outcome.problem);
    await log.close();
    await this.clock.advance(0);
  }

  /** Submits a parser and activates it. */
  async activate(
    parser: FakeParser | string,
    logType = LOG_TYPE,
    kind: 'custom' | 'extension' = 'custom',
  ): Promise<void> {
    const text = typeof parser === 'string' ? parser : fakeParserText(parser);
    const editor = { author: 'test', nowMs: this.clock.wallMs(), seenRevision: null };
    await this.change((registry) =>
      submitVersion(
        registry,
        { logType, kind, form: 'cbn', text, appendRepeated: false, state: 'VALIDATED', validation: null },
        editor,
      ),
    );
    await this.change((registry) => {
      const version = registry.versions(logType, kind).at(-1)?.version ?? 0;
      return activateVersion(registry, { logType, kind, version }, editor);
    });
  }

  async registry(): Promise<ParserRegistry> {
    const log = this.cluster.connect();
    const place = { topic: this.config.topics.parsers, prebuilt: this.prebuilt };
    return (await readRegistry(log, place)).registry;
  }

  /** Events as `prebuilt: the log`, of entities as `entity: the log`, in the order of the topic. */
  events(partition?: number): string[] {
    return this.cluster.records(this.config.topics.udm, partition).map(({ value }) => {
      const event = JSON.parse(Buffer.from(value ?? []).toString()) as Record<string, Record<string, unknown>>;
      const { metadata, entity } = event;
      return metadata === undefined
        ? `entity: ${String(entity?.['hostname'])}`
        : `${String(metadata['productName'])}: ${String(metadata['description'])}`;
    });
  }

  /** Dead letters as `reason: the log`. */
  deadLetters(): string[] {
    return this.cluster.records(this.config.topics.deadLetter).map(({ value, headers }) => {
      return `${headerText(headers, HEADERS.reason)}: ${Buffer.from(value ?? []).toString()}`;
    });
  }

  /** Proves that every log that was committed, a raw one by default, has one outcome. */
  async outcomes(from: ParserInput | undefined = this.config.inputs[0]): Promise<OutcomeReport> {
    if (from === undefined) throw new Error('there is no input');
    return checkOutcomes(this.cluster.connect(), { from, topics: this.config.topics });
  }

  /** Sum of a metric over its labels, those given fixed. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const metric = await this.metrics.getSingleMetric(`logweave_parser_${name}`)?.get();
    let sum = 0;
    for (const value of metric?.values ?? []) {
      const own: Readonly<Record<string, string | number | undefined>> = value.labels;
      if (Object.entries(labels).every(([label, wanted]) => own[label] === wanted)) sum += value.value;
    }
    return sum;
  }
}

export function headerText(headers: ProducerRecord['headers'], name: string): string | null {
  const header = headers.find((candidate) => candidate.name === name);
  return header === undefined ? null : Buffer.from(header.value).toString();
}
