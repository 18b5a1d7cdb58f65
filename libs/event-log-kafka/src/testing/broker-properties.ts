import { type SaslListener, saslProperties } from './sasl-listener.ts';

/** How many brokers a cluster for development or tests has: one, or the least that survives the loss of one. */
export type BrokerCount = 1 | 3;

/** Where a broker listens, and the address that it gives to others. Each `host:port`; an empty host is every address. */
export interface BrokerListener {
  readonly bind: string;
  readonly advertised: string;
}

export interface BrokerSettings {
  /** From 1. Node 1 is the controller as well. */
  readonly nodeId: number;
  readonly brokers: BrokerCount;
  readonly dataDir: string;
  readonly client: BrokerListener;
  /** Where brokers talk to each other when they do not reach the addresses of the clients, as in containers. */
  readonly internal?: BrokerListener;
  /** Of node 1. */
  readonly controller: BrokerListener;
  /** Where clients have to say who they are. */
  readonly sasl?: readonly (SaslListener & BrokerListener)[];
  /** What a test wants otherwise. */
  readonly properties?: BrokerProperties;
}

export type BrokerProperties = Readonly<Record<string, string | number | boolean>>;

/**
 * The settings that make a broker quick and small: few partitions in its own topics, no waiting for more members of a
 * group, time-outs and cleaning that a test can wait for. Topics are never made by accident.
 */
const QUICK_AND_SMALL: BrokerProperties = {
  'auto.create.topics.enable': false,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.num.partitions': 4,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1_000,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
  // How long a dead or paused broker keeps its partitions; one that was killed does not come back sooner either.
  'broker.session.timeout.ms': 3_000,
  'broker.heartbeat.interval.ms': 300,
  'log.cleaner.backoff.ms': 200,
  'log.initial.task.delay.ms': 500,
  'log.retention.check.interval.ms': 500,
  // The default of 128 MiB is taken from the heap at start.
  'log.cleaner.dedupe.buffer.size': 8_388_608,
  'num.network.threads': 2,
  'num.io.threads': 2,
};

/** The server.properties of one broker. */
export function brokerProperties(settings: BrokerSettings): string {
  const { nodeId, brokers, client, internal, controller, sasl = [], properties = {} } = settings;
  const isController = nodeId === 1;
  const inner = internal === undefined ? [] : [{ name: 'INTERNAL', ...internal }];
  const advertised = [{ name: 'CLIENT', ...client }, ...inner, ...sasl];
  const listeners = isController ? [...advertised, { name: 'CONTROLLER', ...controller }] : advertised;
  const replicas = brokers;
  const inSync = brokers === 1 ? 1 : 2;
  const lines: BrokerProperties = {
    'process.roles': isController ? 'broker,controller' : 'broker',
    'node.id': nodeId,
    'controller.quorum.voters': `1@${controller.advertised}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: listeners.map(({ name, bind }) => `${name}://${bind}`).join(','),
    'advertised.listeners': advertised.map(({ name, advertised }) => `${name}://${advertised}`).join(','),
    'listener.security.protocol.map': [
      'CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
      ...sasl.map(({ name }) => `${name}:SASL_PLAINTEXT`),
    ].join(','),
    'inter.broker.listener.name': internal === undefined ? 'CLIENT' : 'INTERNAL',
    'log.dirs': settings.dataDir,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    ...QUICK_AND_SMALL,
    ...saslProperties(sasl),
    ...properties,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
}

/** Logs to standard output: what starts and stops, and every warning. */
export const LOG4J_PROPERTIES = `status=error
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{HH:mm:ss.SSS} %p %m (%c{1})%n%ex
rootLogger.level=info
rootLogger.appenderRef.console.ref=console
`;

/** For a broker of a few hundred megabytes that is up in seconds: it never lives long enough for the better compiler. */
export const JVM_FLAGS: readonly string[] = [
  '-Xms64m',
  '-Xmx320m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.awt.headless=true',
];
