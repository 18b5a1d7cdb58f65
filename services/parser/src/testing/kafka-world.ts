import { type EventLog, partitionOf, type ProducerRecord } from '@logweave/event-log';
import { type KafkaProcess, KafkaProcesses, underLoad, until } from '@logweave/event-log-kafka/testing';
import { TOPICS } from '@logweave/model';
import { activateVersion, changeRegistry, submitVersion } from '@logweave/parser-registry';
import { type Service, systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { Value } from 'typebox/value';
import { checkOutcomes, type OutcomeReport } from '../check-outcomes.ts';
import { type ParserConfig, parserSectionSchema, resolveParserConfig } from '../config.ts';
import { createParser } from '../parser-service.ts';
import { type FakeParser, fakeEngine, fakeParserText } from './fake-engine.ts';
import { expectedOutcomes, loadLog } from './load.ts';

const PARTITIONS = 2;
const LOG_TYPE = 'TEST_LOG';

/** Topics of a parser on a real broker, a load of logs of every kind, and processes that come and go. */
export class KafkaWorld {
  readonly config: ParserConfig;
  readonly #prebuilt = [
    { logType: LOG_TYPE, version: '1', text: fakeParserText({ name: 'prebuilt', failsOn: 'bad', crashesOn: 'boom' }) },
  ];
  readonly #processes: KafkaProcesses<Service>;
  #sent = 0;

  constructor(brokers: readonly string[]) {
    const section = Value.Default(parserSectionSchema, { correlated: { enabled: false } });
    this.config = resolveParserConfig(Value.Parse(parserSectionSchema, section), `parser-${crypto.randomUUID()}`);
    this.#processes = new KafkaProcesses(brokers, (deps) =>
      createParser(this.config, {
        ...deps,
        metrics: new Registry(),
        engine: fakeEngine,
        prebuilt: this.#prebuilt,
      }),
    );
  }

  /** A connection past every failure. */
  get log(): EventLog {
    return this.#processes.log;
  }

  /** Log lines of all parsers. */
  get logged(): readonly Record<string, unknown>[] {
    return this.#processes.logged;
  }

  async createTopics(): Promise<void> {
    const { topics } = this.config;
    await this.log.ensureTopic({ ...TOPICS.raw, name: this.#raw.topic, partitions: PARTITIONS });
    await this.log.ensureTopic({ ...TOPICS.udm, name: topics.udm, partitions: PARTITIONS });
    await this.log.ensureTopic({ ...TOPICS.parsers, name: topics.parsers });
    await this.log.ensureTopic({ ...TOPICS['dead-letter'], name: topics.deadLetter, partitions: 1 });
  }

  start(): Promise<KafkaProcess<Service>> {
    return this.#processes.start();
  }

  /** Submits a parser and activates it. */
  async activate(parser: FakeParser): Promise<void> {
    const place = { topic: this.config.topics.parsers, prebuilt: this.#prebuilt };
    const nowMs = systemClock.wallMs();
    const editor = { author: 'test', nowMs, seenRevision: null };
    const version = { logType: LOG_TYPE, kind: 'custom', form: 'cbn', text: fakeParserText(parser) } as const;
    await changeRegistry(this.log, place, nowMs, (registry) =>
      submitVersion(registry, { ...version, appendRepeated: false, state: 'VALIDATED', validation: null }, editor),
    );
    await changeRegistry(this.log, place, nowMs, (registry) => {
      const last = registry.versions(LOG_TYPE, 'custom').at(-1)?.version ?? 0;
      return activateVersion(registry, { logType: LOG_TYPE, kind: 'custom', version: last }, editor);
    });
  }

  async send(logs: number): Promise<void> {
    const batches: ProducerRecord[][] = Array.from({ length: PARTITIONS }, () => []);
    for (let i = 0; i < logs; i++) {
      const record = loadLog(this.#sent++, systemClock.wallMs());
      batches[partitionOf(record.key, PARTITIONS)]?.push(record);
    }
    const producer = await this.log.producer();
    await producer.append(batches.map((records, partition) => ({ topic: this.#raw.topic, partition, records })));
    await producer.close();
  }

  /** Sends a little all the time while something happens. */
  underLoad(happens: () => Promise<void>): Promise<void> {
    return underLoad(() => this.send(10), happens);
  }

  /** Waits until the parsers have committed some more of what they read. */
  async progress(): Promise<void> {
    const before = (await this.outcomes()).logs;
    await until('more outcomes', async () => (await this.outcomes()).logs > before + 30);
  }

  /** Waits until every log that was sent has an outcome, and for a moment more in which one too many could come. */
  async settled(): Promise<OutcomeReport> {
    await until(`${this.#sent} outcomes`, async () => (await this.outcomes()).logs >= this.#sent);
    await systemClock.sleep(500);
    return this.outcomes();
  }

  expected(): OutcomeReport {
    return expectedOutcomes(this.#sent);
  }

  outcomes(): Promise<OutcomeReport> {
    return checkOutcomes(this.log, { from: this.#raw, topics: this.config.topics });
  }

  close(): Promise<void> {
    return this.#processes.close();
  }

  get #raw(): ParserConfig['inputs'][number] {
    const [raw] = this.config.inputs;
    if (raw === undefined) throw new Error('there is no input');
    return raw;
  }
}
