import { readFileSync } from 'node:fs';
import { DEFAULT_KAFKA_CONFIG, type KafkaConfig, type KafkaLogDeps, type SaslConfig } from '@logweave/event-log-kafka';
import type { Clock } from '@logweave/model';
import type { Logger } from '@logweave/service-kit';
import { type Static, Type } from 'typebox';

const optionalFile = (description: string) =>
  Type.Union([Type.String({ minLength: 1 }), Type.Null()], { default: null, description });

const tlsSchema = Type.Object(
  {
    enabled: Type.Boolean({ default: false, description: 'Whether connections to the brokers are encrypted.' }),
    ca_file: optionalFile(
      "PEM file with the authority of the brokers' certificates. null: those that the system trusts.",
    ),
    cert_file: optionalFile('PEM file with our own certificate, for mutual TLS.'),
    key_file: optionalFile('PEM file with the key of our own certificate.'),
    key_passphrase_file: optionalFile('File with the passphrase of that key.'),
    server_name: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: null,
      description: "The name in the brokers' certificates, where it is not their address.",
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'TLS to the brokers. Files are read for each connection, so a renewed one counts without a restart.',
  },
);

const saslSchema = Type.Object(
  {
    mechanism: Type.Union([Type.Enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']), Type.Null()], {
      default: null,
      description: 'plain, scram-sha-256, scram-sha-512 or oauthbearer. null: no authentication.',
    }),
    username: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: null,
      description: 'Who we are. Not for oauthbearer.',
    }),
    password_file: optionalFile('File with the password, read for each connection.'),
    password_env: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: null,
      description: 'Name of the environment variable with the password, where there is no file.',
    }),
    token_file: optionalFile('oauthbearer: file with the token, read for each connection; something else renews it.'),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Authentication at the brokers. Secrets do not stand here.',
  },
);

const { group, transactionTimeoutMs, compression } = DEFAULT_KAFKA_CONFIG;

/** Section `event_log.kafka`. */
export const kafkaSectionSchema = Type.Object(
  {
    brokers: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Addresses of some brokers, host:port; they tell the others.',
    }),
    client_id: Type.String({
      minLength: 1,
      default: 'logweave',
      description: "Stands in the brokers' logs and quotas.",
    }),
    tls: tlsSchema,
    sasl: saslSchema,
    compression: Type.Enum(['none', 'gzip', 'zstd'], {
      default: compression,
      description: 'Of what we write. All of Kafka is read: snappy and lz4 too.',
    }),
    create_topics: Type.Boolean({
      default: true,
      description: 'Create topics that are missing at the start. false: `logweave topics` does it.',
    }),
    replication_factor: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: 'Of topics that we create. null: as the brokers are configured.',
    }),
    min_insync_replicas: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: 'Replicas that must have a record before it counts. null: as the brokers are configured.',
    }),
    transaction_timeout_ms: Type.Integer({
      minimum: 1_000,
      maximum: 900_000,
      default: transactionTimeoutMs,
      description: 'After this the brokers end a transaction that a dead process left open.',
    }),
    session_timeout_ms: Type.Integer({
      minimum: 1_000,
      default: group.sessionTimeoutMs,
      description: 'Without a sign of life for so long a process loses its partitions to others.',
    }),
    rebalance_timeout_ms: Type.Integer({
      minimum: 1_000,
      default: group.rebalanceTimeoutMs,
      description: 'How long a rebalance waits for a process that is alive and does not join.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'How to reach Kafka, with kind: kafka.' },
);

export type KafkaSection = Static<typeof kafkaSectionSchema>;

/** What the adapter says goes to the log of its service. */
export function kafkaLogDeps({ clock, log }: { readonly clock: Clock; readonly log: Logger }): KafkaLogDeps {
  return {
    clock,
    log: ({ namespace, log: { message } }) => log.debug({ namespace, message }, 'kafka connection'),
    transactionForgotten: (transactionalId) =>
      log.warn({ transactionalId }, 'kafka had left a transaction without its end, it is undone'),
    identityLost: (error) => log.warn({ err: error }, 'kafka has forgotten a producer: a batch may stand twice'),
    authenticationRefused: (error) => log.warn({ err: error }, 'kafka refuses who we say we are'),
  };
}

/** What is wrong with the section that its schema cannot say: path within it, and what to do. */
export function* kafkaProblems(
  section: KafkaSection,
): Generator<{ path: readonly (string | number)[]; message: string }> {
  for (const [i, broker] of section.brokers.entries()) {
    if (!/^(\[[0-9a-fA-F:.]+\]|[^\s:[\]/]+):[0-9]{1,5}$/.test(broker)) {
      yield { path: ['brokers', i], message: `'${broker}' is not a host and a port; write kafka-1.example.com:9092` };
    }
  }
  const { sasl, tls } = section;
  if (sasl.mechanism === 'oauthbearer') {
    if (sasl.token_file === null) yield { path: ['sasl', 'token_file'], message: 'oauthbearer needs one' };
  } else if (sasl.mechanism !== null) {
    if (sasl.username === null) yield { path: ['sasl', 'username'], message: `${sasl.mechanism} needs one` };
    if (sasl.password_file === null && sasl.password_env === null) {
      yield { path: ['sasl'], message: `${sasl.mechanism} needs a password_file or a password_env` };
    }
  }
  if ((tls.cert_file === null) !== (tls.key_file === null)) {
    yield { path: ['tls'], message: 'cert_file and key_file belong together' };
  }
}

/** The section as the adapter has it. Files are read when connections are made. */
export function resolveKafkaConfig(section: KafkaSection): KafkaConfig {
  const { tls, sasl } = section;
  return {
    brokers: section.brokers,
    clientId: section.client_id,
    tls: tls.enabled
      ? {
          caFile: tls.ca_file,
          certFile: tls.cert_file,
          keyFile: tls.key_file,
          keyPassphrase: tls.key_passphrase_file === null ? null : fromFile(tls.key_passphrase_file),
          serverName: tls.server_name,
        }
      : null,
    sasl: resolveSasl(sasl),
    compression: section.compression,
    transactionTimeoutMs: section.transaction_timeout_ms,
    group: {
      sessionTimeoutMs: section.session_timeout_ms,
      rebalanceTimeoutMs: section.rebalance_timeout_ms,
      heartbeatMs: Math.floor(section.session_timeout_ms / 5),
    },
    replicationFactor: section.replication_factor,
    minInSyncReplicas: section.min_insync_replicas,
  };
}

function resolveSasl(sasl: KafkaSection['sasl']): SaslConfig | null {
  const { mechanism, username, password_file: file, password_env: variable, token_file: tokenFile } = sasl;
  if (mechanism === null) return null;
  if (mechanism === 'oauthbearer') {
    const token = fromFile(tokenFile ?? '');
    return { mechanism, token: async () => token() };
  }
  return {
    mechanism,
    username: () => username ?? '',
    password: file === null ? () => process.env[variable ?? ''] ?? '' : fromFile(file),
  };
}

/** A secret in a file, without the newline at its end that editors leave. */
function fromFile(path: string): () => string {
  return () => readFileSync(path, 'utf8').replace(/\r?\n$/, '');
}
