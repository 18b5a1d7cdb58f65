import {
  type ContainerRuntimeClient,
  GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  Network,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import {
  type BrokerCount,
  brokerProperties,
  type BrokerProperties,
  type BrokerSettings,
  JVM_FLAGS,
  LOG4J_PROPERTIES,
} from './broker-properties.ts';
import { ContainerBroker } from './container-broker.ts';
import { freePorts } from './free-ports.ts';
import { KafkaUnavailable } from './kafka-unavailable.ts';
import { newClusterId } from './process-cluster.ts';
import type { SaslListener } from './sasl-listener.ts';
import type { TestKafka } from './test-kafka.ts';
import { waitUntilReady } from './wait-until-ready.ts';

/** The version of `tools/kafka/pom.xml`. Another image needs a java and the jars in the same place, no more. */
const IMAGE = process.env['LOGWEAVE_TEST_KAFKA_IMAGE'] ?? 'apache/kafka:4.3.1';
const JARS = '/opt/kafka/libs/*';
const CONFIG = '/tmp/logweave-kafka/server.properties';
const LOG4J = '/tmp/logweave-kafka/log4j2.properties';
const DATA_DIR = '/tmp/logweave-kafka-data';
const [CLIENT_PORT, INTERNAL_PORT, CONTROLLER_PORT, FIRST_SASL_PORT] = [9092, 9093, 9094, 9095];

/**
 * The same brokers as `processCluster` makes, in containers: same settings, same command line.
 * @throws KafkaUnavailable when no daemon answers, or it does not get the image.
 */
export async function containerCluster(
  count: BrokerCount,
  wished: readonly SaslListener[] = [],
  properties: BrokerProperties = {},
): Promise<TestKafka> {
  const client = await findDaemon();
  await findImage(client);
  const network = await new Network().start();
  const containers: StartedTestContainer[] = [];
  const close = async (): Promise<void> => {
    for (const container of containers) await container.stop({ timeout: 0 });
    await network.stop();
  };
  try {
    const clusterId = newClusterId();
    const { host } = client.info.containerRuntime;
    const brokers: ContainerBroker[] = [];
    const ports = await freePorts(count + wished.length);
    const sasl = wished.map((listener, i) => ({
      ...listener,
      bind: `:${FIRST_SASL_PORT + i}`,
      advertised: `${host}:${ports[count + i]}`,
    }));
    for (const [index, port] of ports.slice(0, count).entries()) {
      const nodeId = index + 1;
      const address = `${host}:${port}`;
      const about = { nodeId, count, port, address, clusterId, network, sasl, properties };
      const container = await brokerContainer(about).start();
      containers.push(container);
      brokers.push(new ContainerBroker(nodeId, address, container, client));
    }
    for (const broker of brokers) await waitUntilReady(broker);
    const bootstrapServers = brokers.map(({ address }) => address);
    const saslServers = sasl.map(({ advertised }) => advertised);
    return { runsAs: 'containers', bootstrapServers, saslServers, brokers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface BrokerContainerOptions {
  readonly nodeId: number;
  readonly count: BrokerCount;
  /** On this machine; given and not chosen by the daemon, since a port of its choice changes with every start. */
  readonly port: number;
  readonly address: string;
  readonly clusterId: string;
  readonly network: StartedNetwork;
  readonly sasl: NonNullable<BrokerSettings['sasl']>;
  readonly properties: BrokerProperties;
}

function brokerContainer(options: BrokerContainerOptions): GenericContainer {
  const { nodeId, count, port, address, clusterId, network, sasl, properties } = options;
  const text = brokerProperties({
    nodeId,
    brokers: count,
    dataDir: DATA_DIR,
    client: { bind: `:${CLIENT_PORT}`, advertised: address },
    internal: { bind: `:${INTERNAL_PORT}`, advertised: `${aliasOf(nodeId)}:${INTERNAL_PORT}` },
    controller: { bind: `:${CONTROLLER_PORT}`, advertised: `${aliasOf(1)}:${CONTROLLER_PORT}` },
    sasl,
    properties,
  });
  const java = `java ${JVM_FLAGS.join(' ')} -cp '${JARS}'`;
  const format = `${java} kafka.tools.StorageTool format --ignore-formatted -t ${clusterId} -c ${CONFIG}`;
  const run = `${java.replace('java', `java -Dlog4j2.configurationFile=${LOG4J}`)} kafka.Kafka ${CONFIG}`;
  return new GenericContainer(IMAGE)
    .withNetwork(network)
    .withNetworkAliases(aliasOf(nodeId))
    .withExposedPorts(
      { container: CLIENT_PORT, host: port },
      ...sasl.map(({ bind, advertised }) => ({ container: portOf(bind), host: portOf(advertised) })),
    )
    .withCopyContentToContainer([
      { content: text, target: CONFIG, mode: 0o644 },
      { content: LOG4J_PROPERTIES, target: LOG4J, mode: 0o644 },
    ])
    .withEntrypoint(['sh', '-c'])
    .withCommand([`${format} && exec ${run}`])
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(90_000);
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function aliasOf(nodeId: number): string {
  return `kafka-${nodeId}`;
}

/** Asks for the daemon: a docker command without one is common. */
async function findDaemon(): Promise<ContainerRuntimeClient> {
  try {
    return await getContainerRuntimeClient();
  } catch (error) {
    throw new KafkaUnavailable('no container daemon answers', { cause: error });
  }
}

async function findImage(client: ContainerRuntimeClient): Promise<void> {
  const image = ImageName.fromString(IMAGE);
  if (await client.image.exists(image)) return;
  let why = 'the pull did not bring it';
  try {
    await client.image.pull(image);
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  // Asked again: a pull that fails half-way ends without an error.
  if (!(await client.image.exists(image))) throw new KafkaUnavailable(`no container image ${IMAGE}: ${why}`);
}
