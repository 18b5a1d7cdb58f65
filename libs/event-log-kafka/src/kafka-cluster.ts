import { EventLogError, isRetriable } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import { Backoff } from './backoff.ts';
import { asEventLogError, AuthenticationError, diagnose, refusal } from './kafka-error.ts';
import type { KafkaBroker } from './kafkajs.ts';
import { type ClusterMetadata, metadataRequest, type TopicMetadata } from './metadata-request.ts';

const LAST_RETRY_MS = 1_000;

/** Who looks after a group's offsets and members, or after a transactional id. The numbers are the protocol's. */
const COORDINATOR = { group: 0, transaction: 1 } as const;
export type CoordinatorKind = keyof typeof COORDINATOR;

export interface KafkaClusterDeps {
  readonly clock: Clock;
  /** Addresses, `host:port`, of some of the brokers. */
  readonly seeds: readonly string[];
  readonly createBroker: (host: string, port: number, nodeId: number | null) => Promise<KafkaBroker>;
}

/**
 * One set of connections to the brokers of a cluster: who leads which partition, and who coordinates what. A broker serves
 * the requests of a connection one after the other, so what may wait long has a set of its own.
 */
export class KafkaCluster {
  readonly clock: Clock;
  readonly #deps: KafkaClusterDeps;
  readonly #brokers = new Map<number, KafkaBroker>();
  /** kafkajs calls a broker connected before it knows its requests, and takes it for a fatal error who asks then. */
  readonly #connecting = new Map<KafkaBroker, Promise<void>>();
  readonly #topics = new Map<string, TopicMetadata>();
  readonly #coordinators = new Map<string, number>();
  #seed: Promise<KafkaBroker> | null = null;
  #nextSeed = 0;
  #controller = -1;
  #closed = false;

  constructor(deps: KafkaClusterDeps) {
    this.clock = deps.clock;
    this.#deps = deps;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Of one topic, asked for anew unless known. @throws EventLogError `unknown_topic_or_partition`, `refused`. */
  async topic(name: string): Promise<TopicMetadata> {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const { topics, denied } = await this.refresh([name]);
    if (denied.includes(name)) throw refusal(`Kafka does not let this user see topic ${name}`);
    const found = topics.find(({ topic }) => topic === name);
    if (found === undefined || found.partitions.length === 0) {
      throw new EventLogError('unknown_topic_or_partition', `there is no topic ${name}`);
    }
    return found;
  }

  /** What is known of a topic is asked for anew the next time. */
  forgetTopic(name: string): void {
    this.#topics.delete(name);
  }

  /**
   * The node that leads a partition, or null while there is none.
   * @throws EventLogError `unknown_topic_or_partition`.
   */
  async leader(topic: string, partition: number): Promise<number | null> {
    const found = (await this.topic(topic)).partitions[partition];
    if (found === undefined) {
      throw new EventLogError('unknown_topic_or_partition', `topic ${topic} has no partition ${partition}`);
    }
    return found.leader < 0 ? null : found.leader;
  }

  /** A connected broker. @throws when it cannot be reached. */
  async broker(nodeId: number): Promise<KafkaBroker> {
    const broker = this.#brokers.get(nodeId);
    if (broker === undefined)
      throw new EventLogError('unavailable', `broker ${nodeId} is not known`, { retriable: true });
    return this.#connected(broker);
  }

  async controller(): Promise<KafkaBroker> {
    await this.refresh([]);
    return this.broker(this.#controller);
  }

  /**
   * Asks the coordinator, again and again as long as the answer is that it has moved or is not ready. An answer that was
   * lost is the caller's to judge, unless `repeatable`.
   */
  async ask<T>(
    kind: CoordinatorKind,
    id: string,
    request: (broker: KafkaBroker) => Promise<T>,
    options: { readonly giveUpMs: number; readonly repeatable: boolean; readonly signal?: AbortSignal },
  ): Promise<T> {
    const deadlineMs = this.clock.monotonicMs() + options.giveUpMs;
    const backoff = new Backoff(this.clock, 2, LAST_RETRY_MS);
    for (;;) {
      let sent = false;
      try {
        const broker = await this.#coordinator(kind, id);
        sent = true;
        return await request(broker);
      } catch (error) {
        const { kind: what } = diagnose(error);
        const again =
          what === 'moved' || what === 'transient' || (what === 'connection' && (options.repeatable || !sent));
        const retriable = again || isRetriable(error);
        if (what !== 'transient') this.#coordinators.delete(`${kind} ${id}`);
        if (!retriable || this.#closed || options.signal?.aborted === true) throw error;
        if (this.clock.monotonicMs() >= deadlineMs) throw error;
      }
      await backoff.wait(options.signal);
    }
  }

  /** Fetches metadata of these topics and of all brokers, from whichever broker answers. */
  async refresh(topics: readonly string[] | null): Promise<ClusterMetadata> {
    const metadata = await this.any((broker) => broker.connectionPool.send(metadataRequest(topics)));
    this.#controller = metadata.controllerId;
    for (const { nodeId, host, port } of metadata.brokers) {
      const known = this.#brokers.get(nodeId);
      if (known !== undefined && known.connectionPool.host === host && known.connectionPool.port === port) continue;
      const created = await this.#deps.createBroker(host, port, nodeId);
      // Another refresh may have been faster, and what it has made may be in use.
      if (this.#brokers.get(nodeId) !== known) continue;
      this.#brokers.set(nodeId, created);
      await known?.disconnect();
    }
    for (const topic of metadata.topics) this.#topics.set(topic.topic, topic);
    for (const name of topics ?? []) {
      if (!metadata.topics.some(({ topic }) => topic === name)) this.#topics.delete(name);
    }
    return metadata;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const brokers = [...this.#brokers.values(), ...(this.#seed === null ? [] : [await this.#seed])];
    await Promise.all(brokers.map((broker) => broker.disconnect()));
  }

  async #coordinator(kind: CoordinatorKind, id: string): Promise<KafkaBroker> {
    const key = `${kind} ${id}`;
    let nodeId = this.#coordinators.get(key);
    if (nodeId === undefined || !this.#brokers.has(nodeId)) {
      const found = await this.any((broker) =>
        broker.findGroupCoordinator({ groupId: id, coordinatorType: COORDINATOR[kind] }),
      );
      nodeId = found.coordinator.nodeId;
      this.#coordinators.set(key, nodeId);
      if (!this.#brokers.has(nodeId)) await this.refresh([]);
    }
    return this.broker(nodeId);
  }

  /** Asks brokers in turn, the connected ones first, then the seeds, until one answers. */
  async any<T>(request: (broker: KafkaBroker) => Promise<T>): Promise<T> {
    const known = [...this.#brokers.values()];
    const candidates = [...known.filter((broker) => broker.isConnected()), ...known.filter((b) => !b.isConnected())];
    let failure: unknown = null;
    // Says more than that another broker is away.
    let refusal: AuthenticationError | null = null;
    for (const candidate of candidates) {
      try {
        return await request(await this.#connected(candidate));
      } catch (error) {
        // While a password is being changed some of the brokers know the new one and some the old one.
        if (error instanceof AuthenticationError) refusal = error;
        else if (diagnose(error).kind !== 'connection') throw error;
        failure = error;
      }
    }
    for (let i = 0; i < this.#deps.seeds.length; i++) {
      const seed = this.#openSeed();
      try {
        return await request(await this.#connected(await seed));
      } catch (error) {
        if (error instanceof AuthenticationError) refusal = error;
        else if (diagnose(error).kind === 'fatal') throw asEventLogError(error, 'asking Kafka');
        failure = error;
        await this.#leaveSeed(seed);
      }
    }
    if (refusal !== null) throw refusal;
    const where = this.#deps.seeds.join(', ');
    throw new EventLogError('unavailable', `no broker of Kafka answers at ${where}: ${messageOf(failure)}`, {
      retriable: true,
      cause: failure,
    });
  }

  /** Shared by all who ask at the same time. */
  #openSeed(): Promise<KafkaBroker> {
    const { seeds, createBroker } = this.#deps;
    if (this.#seed === null) {
      const { host, port } = splitAddress(seeds[this.#nextSeed % seeds.length] as string);
      this.#seed = createBroker(host, port, null);
    }
    return this.#seed;
  }

  /** The next is tried, unless somebody else has turned to it already. */
  async #leaveSeed(seed: Promise<KafkaBroker>): Promise<void> {
    if (this.#seed !== seed) return;
    this.#nextSeed++;
    this.#seed = null;
    await (await seed).disconnect();
  }

  async #connected(broker: KafkaBroker): Promise<KafkaBroker> {
    if (this.#closed) throw new EventLogError('closed', 'the event log is closed');
    let connecting = this.#connecting.get(broker);
    if (connecting === undefined) {
      if (broker.isConnected()) return broker;
      connecting = broker.connect().finally(() => this.#connecting.delete(broker));
      this.#connecting.set(broker, connecting);
    }
    await connecting;
    return broker;
  }
}

/** `host:port`, an IPv6 address in brackets. @throws Error when it is none. */
function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):([0-9]{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535)
    throw new Error(`'${address}' is not a host and a port, as in kafka-1:9092`);
  return { host: (match[1] ?? match[2]) as string, port };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
