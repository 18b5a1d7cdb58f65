import { type EventLog, partitionOf, type ProducerRecord } from '@logweave/event-log';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from '@logweave/event-log-kafka';
import { KafkaProxy } from '@logweave/event-log-kafka/testing';
import { TOPICS } from '@logweave/model';
import { activateVersion, changeRegistry, submitVersion } from '@logweave/parser-registry';
import { createLogger, Redactor, type Service, systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { Value } from 'typebox/value';
import { checkOutcomes, type OutcomeReport } from '../check-outcomes.ts';
import { type ParserConfig, parserSectionSchema, resolveParserConfig } from '../config.ts';
import { createParser } from '../parser-service.ts';
import { type FakeParser, fakeEngine, fakeParserText } from './fake-engine.ts';
import { expectedOutcomes, loadLog } from './load.ts';

const SESSION_MS = 1_500;
const LOAD_STEP_MS = 20;
const PATIENCE_MS = 60_000;
const PARTITIONS = 2;
const LOG_TYPE = 'TEST_LOG';

/** A parser as a process of its own sees Kafka: what its proxy loses is lost for it alone. */
export interface KafkaProcess {
  readonly proxy: KafkaProxy;
  readonly service: Service;
  /** The process is gone from one moment to the next: nobody takes leave. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Topics of a parser on a real broker, a load of logs of every kind, and processes that come and go. */
export class KafkaWorld {
  readonly config: ParserConfig;
  /** Log lines of all parsers. */
  readonly logged: Record<string, unknown>[] = [];
  /** Connections past every failure. */
  readonly log: EventLog;
  readonly #brokers: readonly string[];
  readonly #prebuilt = [
    { logType: LOG_TYPE, version: '1', text: fakeParserText({ name: 'prebuilt', failsOn: 'bad', crashesOn: 'boom' }) },
  ];
  readonly #processes = new Set<KafkaProcess>();
  #sent = 0;

  constructor(brokers: readonly string[]) {
    this.#brokers = brokers;
    const section = Value.Default(parserSectionSchema, { correlated: { enabled: false } });
    this.config = resolveParserConfig(Value.Parse(parserSectionSchema, section), `parser-${crypto.randomUUID()}`);
    this.log = this.#open(brokers);
  }

  async createTopics(): Promise<void> {
    const { topics } = this.config;
    await this.log.ensureTopic({ ...TOPICS.raw, name: this.#raw.topic, partitions: PARTITIONS });
    await this.log.ensureTopic({ ...TOPICS.udm, name: topics.udm, partitions: PARTITIONS });
    await this.log.ensureTopic({ ...TOPICS.parsers, name: topics.parsers });
    await this.log.ensureTopic({ ...TOPICS['dead-letter'], name: topics.deadLetter, partitions: 1 });
  }

  async start(): Promise<KafkaProcess> {
    const proxy = await KafkaProxy.start(this.#brokers);
    const eventLog = this.#open(proxy.bootstrapServers);
    const service = createParser(this.config, {
      eventLog,
      clock: systemClock,
      log: createLogger({
        level: 'info',
        format: 'json',
        redactor: new Redactor(),
        output: { write: (line) => void this.logged.push(JSON.parse(line) as Record<string, unknown>) },
      }),
      metrics: new Registry(),
      engine: fakeEngine,
      prebuilt: this.#prebuilt,
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
  async underLoad(happens: () => Promise<void>): Promise<void> {
    const load = { on: true };
    const sending = (async () => {
      while (load.on) {
        await this.send(10);
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

  async close(): Promise<void> {
    for (const process of this.#processes) await process.kill();
    await this.log.close();
  }

  get #raw(): ParserConfig['inputs'][number] {
    const [raw] = this.config.inputs;
    if (raw === undefined) throw new Error('there is no input');
    return raw;
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
