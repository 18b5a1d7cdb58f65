import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/*
 * The parts of kafkajs that this adapter stands on: connections with TLS and SASL, and the requests of the protocol. They
 * are not its public interface, so the version is pinned and checked. Its producer and consumer are not used: their
 * retries, commits and filters break the guarantees of the port in ways that cannot be configured away.
 */
const VERSION = '2.2.4';

export interface ProtocolRequest<Decoded, Result> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly encode: () => Promise<ProtocolEncoder>;
    readonly expectResponse?: () => boolean;
  };
  readonly response: {
    readonly decode: (payload: Buffer) => Promise<Decoded>;
    readonly parse: (decoded: Decoded) => Promise<Result>;
  };
  readonly requestTimeout?: number;
  readonly logResponseError?: boolean;
}

/** Only the part that a request's body needs. */
export interface ProtocolEncoder {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

export interface JoinedGroup {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

interface TopicPartitions<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}

export interface TransactionIdentity {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** A connection to one broker, and the requests that are used as kafkajs has them. */
export interface KafkaBroker {
  nodeId: number | null;
  readonly connectionPool: {
    readonly host: string;
    readonly port: number;
    send<Decoded, Result>(request: ProtocolRequest<Decoded, Result>): Promise<Result>;
  };
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findGroupCoordinator(of: { groupId: string; coordinatorType: number }): Promise<{ coordinator: { nodeId: number } }>;
  joinGroup(join: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    memberId: string;
    groupProtocols: readonly { name: string; metadata: Buffer }[];
  }): Promise<JoinedGroup>;
  syncGroup(sync: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ memberAssignment: Buffer }>;
  heartbeat(member: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(member: { groupId: string; memberId: string }): Promise<unknown>;
  offsetCommit(commit: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: readonly TopicPartitions<{ partition: number; offset: string; metadata: string }>[];
  }): Promise<unknown>;
  listOffsets(of: {
    replicaId: number;
    isolationLevel: number;
    topics: readonly TopicPartitions<{ partition: number; timestamp: number }>[];
  }): Promise<{ responses: readonly TopicPartitions<{ partition: number; offset: string }>[] }>;
  createTopics(of: {
    topics: readonly {
      topic: string;
      numPartitions: number;
      replicationFactor: number;
      configEntries: readonly { name: string; value: string }[];
    }[];
    timeout: number;
  }): Promise<unknown>;
  describeConfigs(of: {
    resources: readonly { type: number; name: string; configNames: readonly string[] }[];
  }): Promise<{
    resources: readonly {
      resourceName: string;
      errorCode: number;
      configEntries: readonly { configName: string; configValue: string | null }[];
    }[];
  }>;
  initProducerId(of: {
    transactionalId: string | null;
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  addPartitionsToTxn(of: TransactionIdentity & { topics: readonly TopicPartitions<number>[] }): Promise<unknown>;
  addOffsetsToTxn(of: TransactionIdentity & { groupId: string }): Promise<unknown>;
  txnOffsetCommit(
    of: TransactionIdentity & {
      groupId: string;
      topics: readonly TopicPartitions<{ partition: number; offset: string; metadata: string }>[];
    },
  ): Promise<unknown>;
  endTxn(of: TransactionIdentity & { transactionResult: boolean }): Promise<unknown>;
}

export type SocketFactory = (to: {
  host: string;
  port: number;
  ssl: ConnectionOptions | null;
  onConnect: () => void;
}) => Socket;

export interface KafkaLogger {
  namespace(name: string): KafkaLogger;
}

/** Sends what a mechanism has to say, and gives what the server answers. */
export type SaslExchange = (exchange: {
  readonly request: { readonly encode: () => Promise<Buffer> };
  readonly response: {
    readonly decode: (answer: Buffer) => Promise<string>;
    readonly parse: (decoded: string) => Promise<string>;
  };
}) => Promise<unknown>;

/** Who is to be told who we are. */
export interface SaslPeer {
  readonly saslAuthenticate: SaslExchange;
}

type SaslProvider = (peer: SaslPeer) => { authenticate(): Promise<void> };

export interface SaslOptions {
  readonly mechanism: string;
  readonly authenticationProvider: SaslProvider;
  readonly accepted: (broker: string) => void;
  /** The error that stands for one that came while a connection was being authenticated. */
  readonly failed: (broker: string, error: unknown) => unknown;
}

export interface Connection {
  readonly socket?: Socket;
  readonly broker: string;
  readonly sasl: SaslOptions | null;
  /** In milliseconds; 0: for ever. */
  readonly sessionLifetime: { toString(): string };
  /** What the broker knows to do; null before it was asked. */
  readonly versions: object | null;
  getSupportAuthenticationProtocol(): boolean | null;
  setVersions(versions: object | null): void;
  setSupportAuthenticationProtocol(isSupported: boolean | null): void;
  isConnected(): boolean;
  connect(): Promise<unknown>;
  rejectRequests(error: Error): void;
}

/** One connection for fetching and one for all else, by their places. */
export type ConnectionPool = KafkaBroker['connectionPool'] & {
  readonly pool: Connection[];
  getConnection(place?: number): Promise<Connection>;
};

interface ConnectionPoolBuilder {
  build(to: { host: string; port: number; rack: string | null }): Promise<ConnectionPool>;
}

export interface ConnectionPoolOptions {
  readonly brokers: readonly string[];
  readonly ssl: ConnectionOptions | null;
  readonly sasl: SaslOptions | null;
  readonly clientId: string;
  readonly socketFactory: SocketFactory;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly maxInFlightRequests: null;
  readonly logger: KafkaLogger;
}

interface RequestQueue {
  readonly pending: readonly unknown[];
}

const load = createRequire(import.meta.url);
const { version } = load('kafkajs/package.json') as { version: string };
if (version !== VERSION) {
  throw new Error(`kafkajs is ${version}, but this adapter knows the inside of ${VERSION} only; install that`);
}

/**
 * Each connection would wake up every millisecond for ever (kafkajs issue 1751), though there is something to look for only
 * while requests wait.
 */
const { prototype: requestQueue } = load('kafkajs/src/network/requestQueue/index.js') as {
  prototype: { scheduleCheckPendingRequests: (this: RequestQueue) => void };
};
const scheduleCheck = requestQueue.scheduleCheckPendingRequests;
requestQueue.scheduleCheckPendingRequests = function whenSomethingWaits(): void {
  if (this.pending.length > 0) scheduleCheck.call(this);
};

/** Whether a broker has refused us, or its connection broke, is known only here. And nothing goes on without. */
const { prototype: saslAuthenticator } = load('kafkajs/src/broker/saslAuthenticator/index.js') as {
  prototype: { authenticate: (this: { readonly connection: Connection }) => Promise<void> };
};
const authenticate = saslAuthenticator.authenticate;
saslAuthenticator.authenticate = async function reported(): Promise<void> {
  const { sasl, broker, socket } = this.connection;
  try {
    await authenticate.call(this);
  } catch (error) {
    const failure = sasl?.failed(broker, error) ?? error;
    socket?.destroy(failure instanceof Error ? failure : undefined);
    throw failure;
  }
  sasl?.accepted(broker);
};

type SaslProviderFor = (credentials: { readonly username: string; readonly password: string }) => SaslProvider;
export const saslProviders = {
  plain: load('kafkajs/src/broker/saslAuthenticator/plain.js') as SaslProviderFor,
  'scram-sha-256': load('kafkajs/src/broker/saslAuthenticator/scram256.js') as SaslProviderFor,
  'scram-sha-512': load('kafkajs/src/broker/saslAuthenticator/scram512.js') as SaslProviderFor,
} as const;

export const BrokerClass = load('kafkajs/src/broker/index.js') as new (options: {
  connectionPool: KafkaBroker['connectionPool'];
  logger: KafkaLogger;
  nodeId: number | null;
  versions: null;
  authenticationTimeout: number;
  allowAutoTopicCreation: boolean;
}) => KafkaBroker;
export const buildPools = load('kafkajs/src/cluster/connectionPoolBuilder.js') as (
  options: ConnectionPoolOptions,
) => ConnectionPoolBuilder;
const EncoderClass = load('kafkajs/src/protocol/encoder.js') as new () => ProtocolEncoder & {
  writeBuffer(bytes: Buffer): ProtocolEncoder;
};
const errors = load('kafkajs/src/protocol/error.js') as { createErrorFromCode: (code: number) => Error };
const { createLogger } = load('kafkajs/src/loggers/index.js') as {
  createLogger: (options: { level: number; logCreator: () => (entry: KafkaLogEntry) => void }) => KafkaLogger;
};
const assignerProtocol = load('kafkajs/src/consumer/assignerProtocol.js') as {
  MemberMetadata: {
    encode(metadata: { version: number; topics: readonly string[]; userData: Buffer }): Buffer;
    decode(bytes: Buffer): { version: number; topics: string[]; userData: Buffer | null };
  };
  MemberAssignment: {
    encode(assignment: { version: number; assignment: Readonly<Record<string, readonly number[]>> }): Buffer;
    decode(bytes: Buffer): { assignment: Record<string, number[]> } | null;
  };
};

export const { MemberMetadata, MemberAssignment } = assignerProtocol;

/** What kafkajs has to say; its own levels: 1 error, 2 warning, 4 information, 5 debugging. */
export interface KafkaLogEntry {
  readonly namespace: string;
  readonly level: number;
  readonly log: { readonly message: string } & Readonly<Record<string, unknown>>;
}

const LOG_WARNINGS = 2;

export function createKafkaLogger(write: (entry: KafkaLogEntry) => void): KafkaLogger {
  return createLogger({ level: LOG_WARNINGS, logCreator: () => write });
}

/** A request's body that is encoded already. */
export function encoded(body: Buffer): ProtocolEncoder {
  return new EncoderClass().writeBuffer(body);
}

/** The error that a code of the protocol stands for. */
export function protocolError(code: number): Error {
  return errors.createErrorFromCode(code);
}
