import {
  type CommittedOffset,
  type Consumer,
  type ConsumerOptions,
  type EventLog,
  EventLogError,
  type Producer,
  type Reader,
  type TopicPartition,
  type TopicSpec,
  type TransactionalProducer,
  type TransactionScope,
  type Watermarks,
} from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import { Authentication } from './authentication.ts';
import type { KafkaConfig } from './kafka-config.ts';
import { KafkaConsumer } from './kafka-consumer.ts';
import { brokerFactory } from './broker-factory.ts';
import { asEventLogError } from './kafka-error.ts';
import { KafkaCluster } from './kafka-cluster.ts';
import { KafkaProducer } from './kafka-producer.ts';
import { KafkaReader } from './kafka-reader.ts';
import { KafkaTransactionalProducer } from './kafka-transactional-producer.ts';
import { createKafkaLogger, type KafkaLogEntry } from './kafkajs.ts';
import { listOffsets } from './list-offsets.ts';
import { offsetFetchRequest } from './offset-fetch-request.ts';
import { socketFactory } from './socket-factory.ts';
import { TopicCatalog } from './topic-catalog.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Less than a session or a transaction may last: a broker that does not answer has lost its roles by then. */
const REQUEST_TIMEOUT_MS = 10_000;
const ASK_MS = 15_000;

export interface KafkaLogDeps {
  readonly clock: Clock;
  /** What the connections have to say: warnings and errors. */
  readonly log: (entry: KafkaLogEntry) => void;
  /** The brokers had left a transaction of this id without its end; it is undone now. */
  readonly transactionForgotten?: (transactionalId: string) => void;
  /** A producer had to begin anew: the last batch of a partition may stand twice. */
  readonly identityLost: (error: Error) => void;
  /** A broker refuses who we say we are. Said once a minute for each broker at most, not at each try. */
  readonly authenticationRefused?: (error: Error) => void;
}

/** The event log on Apache Kafka. Nothing is connected before it is needed. @throws Error when an address is none. */
export function openKafkaLog(config: KafkaConfig, deps: KafkaLogDeps): EventLog {
  return new KafkaLog(config, deps);
}

class KafkaLog implements EventLog {
  readonly #config: KafkaConfig;
  readonly #deps: KafkaLogDeps;
  readonly #authentication: Authentication | null;
  readonly #clusters = new Set<KafkaCluster>();
  /** For short questions. */
  readonly #cluster: KafkaCluster;
  readonly #readers: KafkaCluster;
  readonly #producers: KafkaCluster;
  readonly #catalog: TopicCatalog;
  readonly #closing: (() => Promise<void>)[] = [];
  #closed = false;

  constructor(config: KafkaConfig, deps: KafkaLogDeps) {
    this.#config = config;
    this.#deps = deps;
    const { clock, authenticationRefused: refused = () => {} } = deps;
    this.#authentication = config.sasl === null ? null : new Authentication(config.sasl, { clock, refused });
    this.#cluster = this.#connections('questions');
    this.#readers = this.#connections('readers');
    this.#producers = this.#connections('producers');
    this.#catalog = new TopicCatalog(this.#cluster, config);
  }

  async topics(): Promise<readonly TopicSpec[]> {
    return this.#asking('listing topics', () => this.#catalog.all());
  }

  async ensureTopic(spec: TopicSpec): Promise<void> {
    await this.#asking(`creating topic ${spec.name}`, () => this.#catalog.ensure(spec));
  }

  async watermarks(topic: string): Promise<readonly Watermarks[]> {
    return this.#asking(`asking for the offsets of ${topic}`, async () => {
      this.#cluster.forgetTopic(topic);
      const { partitions } = await this.#cluster.topic(topic);
      const all = partitions.map((_, partition) => ({ topic, partition }));
      const [lows, highs, stables] = await Promise.all([
        listOffsets(this.#cluster, all, 'low'),
        listOffsets(this.#cluster, all, 'high'),
        listOffsets(this.#cluster, all, 'stable'),
      ]);
      return all.map((_, i) => ({ low: lows[i] as number, high: highs[i] as number, stable: stables[i] as number }));
    });
  }

  async committed(group: string, partitions: readonly TopicPartition[]): Promise<readonly (CommittedOffset | null)[]> {
    return this.#committed(group, partitions, true);
  }

  async reader(partition: TopicPartition, fromOffset: number): Promise<Reader> {
    this.#checkOpen();
    return new KafkaReader(this.#readers, partition, fromOffset);
  }

  async producer(): Promise<Producer> {
    this.#checkOpen();
    const { compression } = this.#config;
    const { identityLost } = this.#deps;
    return KafkaProducer.open({ cluster: this.#producers, catalog: this.#catalog, compression, identityLost });
  }

  async transactionalProducer(transactionalId: string, scope?: TransactionScope): Promise<TransactionalProducer> {
    this.#checkOpen();
    const { compression, transactionTimeoutMs } = this.#config;
    const { transactionForgotten } = this.#deps;
    const deps = {
      cluster: this.#producers,
      catalog: this.#catalog,
      compression,
      transactionTimeoutMs,
      forgotten: () => transactionForgotten?.(transactionalId),
    };
    return KafkaTransactionalProducer.open(deps, transactionalId, scope ?? null);
  }

  async consumer(options: ConsumerOptions): Promise<Consumer> {
    this.#checkOpen();
    const counts: number[] = [];
    for (const topic of options.topics) {
      this.#cluster.forgetTopic(topic);
      const { partitions } = await this.#asking(`asking for topic ${topic}`, () => this.#cluster.topic(topic));
      counts.push(partitions.length);
    }
    const partitions = counts[0] ?? 0;
    if (counts.some((count) => count !== partitions)) {
      const list = options.topics.map((topic, i) => `${topic} has ${counts[i]}`).join(', ');
      throw new EventLogError('not_copartitioned', `topics of group ${options.group} differ in partitions: ${list}`);
    }
    const consumer = new KafkaConsumer(options, {
      times: this.#config.group,
      partitions,
      memberCluster: this.#connections('member'),
      fetchCluster: this.#connections('fetch'),
      // Whoever begins paused looks for itself once it has fenced its predecessor. That one may have left a transaction
      // open, and to wait for it would be to wait until it times out.
      committed: (of) => this.#committed(options.group, of, options.startPaused !== true),
      lowWatermarks: (of) => listOffsets(this.#cluster, of, 'low'),
    });
    this.#closing.push(() => consumer.close());
    return consumer;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#closing.map((close) => close()));
    await Promise.all([...this.#clusters].map((cluster) => cluster.close()));
  }

  #committed(
    group: string,
    partitions: readonly TopicPartition[],
    stable: boolean,
  ): Promise<readonly (CommittedOffset | null)[]> {
    const request = offsetFetchRequest(group, partitions, stable);
    return this.#asking(`asking for the offsets of group ${group}`, () =>
      this.#cluster.ask('group', group, (broker) => broker.connectionPool.send(request), {
        giveUpMs: ASK_MS,
        repeatable: true,
      }),
    );
  }

  #connections(purpose: string): KafkaCluster {
    const { brokers, clientId, tls } = this.#config;
    const cluster = new KafkaCluster({
      clock: this.#deps.clock,
      seeds: brokers,
      createBroker: brokerFactory(
        {
          brokers,
          // Only for kafkajs to know that it is TLS; the options themselves are read by the socket factory.
          ssl: tls === null ? null : {},
          sasl: this.#authentication?.options ?? null,
          clientId: `${clientId}-${purpose}`,
          socketFactory: socketFactory(tls),
          connectionTimeout: CONNECT_TIMEOUT_MS,
          requestTimeout: REQUEST_TIMEOUT_MS,
          enforceRequestTimeout: true,
          maxInFlightRequests: null,
          logger: createKafkaLogger(this.#deps.log),
        },
        this.#deps.clock,
      ),
    });
    this.#clusters.add(cluster);
    return cluster;
  }

  #checkOpen(): void {
    if (this.#closed) throw new EventLogError('closed', 'the event log is closed');
  }

  async #asking<T>(doing: string, ask: () => Promise<T>): Promise<T> {
    this.#checkOpen();
    try {
      return await ask();
    } catch (error) {
      throw asEventLogError(error, doing);
    }
  }
}
