import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerCount, BrokerProperties } from './broker-properties.ts';
import { endWithProcess } from './end-with-process.ts';
import { freePorts } from './free-ports.ts';
import { findJava } from './java.ts';
import { kafkaJars } from './kafka-jars.ts';
import { KafkaUnavailable } from './kafka-unavailable.ts';
import { loopback, newClusterId, processCluster, startAll } from './process-cluster.ts';
import type { SaslListener } from './sasl-listener.ts';

/** One broker of a test's cluster. What is stopped or killed keeps its data and its address. */
export interface TestBroker {
  readonly nodeId: number;
  /** `host:port` */
  readonly address: string;
  /** Lets it hand over and write what it has, and waits for its end. */
  stop(): Promise<void>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
  /** Stops it in the middle of what it does (SIGSTOP): connections stay open and nobody answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** After `stop` or `kill`; resolves when it answers and has caught up with the leaders of its partitions. */
  start(): Promise<void>;
}

/** A Kafka for tests, with nothing in it. */
export interface TestKafka {
  readonly runsAs: 'containers' | 'processes';
  /** `host:port` of every broker. */
  readonly bootstrapServers: readonly string[];
  /** `host:port` of each listener that asks who somebody is, in the order in which they were wished for. */
  readonly saslServers: readonly string[];
  /** In the order of their ids, from 1. The first is the controller: a cluster without it elects no leaders. */
  readonly brokers: readonly TestBroker[];
  /** Ends the brokers and removes their data. */
  close(): Promise<void>;
}

export interface TestKafkaOptions {
  readonly brokers?: BrokerCount;
  /** More listeners, for a cluster of one broker. */
  readonly sasl?: readonly SaslListener[];
  /** Of every broker, where the defaults of tests do not do. */
  readonly properties?: BrokerProperties;
}

/** No Kafka can be had on this machine, and why: what a test that is skipped should say. */
export interface NoTestKafka {
  readonly unavailable: string;
}

/**
 * Starts a Kafka for tests: in containers where a daemon for them answers and has or gets the image, else from the jars
 * of `tools/kafka`, which Maven fetches the first time. It ends with this process, even when that is killed.
 * @throws Error when a broker that should start does not: that is a fault and no reason to skip a test.
 */
export async function startTestKafka(options: TestKafkaOptions = {}): Promise<TestKafka | NoTestKafka> {
  const { brokers = 1, sasl = [], properties = {} } = options;
  const reasons: string[] = [];
  for (const start of [startContainers, startProcesses]) {
    try {
      return await start(brokers, sasl, properties);
    } catch (error) {
      if (!(error instanceof KafkaUnavailable)) throw error;
      reasons.push(error.message);
    }
  }
  return { unavailable: reasons.join('; ') };
}

async function startContainers(
  count: BrokerCount,
  sasl: readonly SaslListener[],
  properties: BrokerProperties,
): Promise<TestKafka> {
  // Only here: it takes 0.3 s to load what nobody else needs.
  const { containerCluster } = await import('./container-cluster.ts');
  return containerCluster(count, sasl, properties);
}

async function startProcesses(
  count: BrokerCount,
  wished: readonly SaslListener[],
  properties: BrokerProperties,
): Promise<TestKafka> {
  const java = await findJava();
  const jars = await kafkaJars();
  const directory = await mkdtemp(join(tmpdir(), 'logweave-kafka-'));
  const close = endWithProcess(directory);
  try {
    const [controllerPort = 0, ...ports] = await freePorts(1 + count + wished.length);
    const sasl = wished.map((listener, i) => ({ ...listener, ...loopback(ports[count + i] ?? 0) }));
    const clusterId = newClusterId();
    const at = { brokers: count, directory, clusterId, ports, controllerPort };
    const brokers = processCluster({ ...at, java, jars, sasl, properties });
    await startAll(brokers);
    const bootstrapServers = brokers.map(({ address }) => address);
    const saslServers = sasl.map(({ advertised }) => advertised);
    return { runsAs: 'processes', bootstrapServers, saslServers, brokers, close };
  } catch (error) {
    await close();
    throw error;
  }
}
