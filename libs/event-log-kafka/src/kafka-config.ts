import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { WritableCompression } from './compression.ts';
import type { GroupTimes } from './group-membership.ts';

/** A secret, asked for whenever a connection is made, so that a new one counts without a restart. */
export type Secret = () => string;

export type SaslConfig =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: Secret;
      readonly password: Secret;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: () => Promise<string> };

export interface TlsConfig {
  /** Files in PEM, read for each connection. Null: the authorities that the system trusts, no certificate of one's own. */
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly keyPassphrase: Secret | null;
  /** The name that the brokers' certificates must have, where it is not their address. */
  readonly serverName: string | null;
}

export interface KafkaConfig {
  /** Addresses of some brokers, `host:port`. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls: TlsConfig | null;
  readonly sasl: SaslConfig | null;
  readonly compression: WritableCompression;
  readonly transactionTimeoutMs: number;
  readonly group: GroupTimes;
  /** For topics that are created; null: as the brokers have it. */
  readonly replicationFactor: number | null;
  readonly minInSyncReplicas: number | null;
}

export const DEFAULT_KAFKA_CONFIG: Omit<KafkaConfig, 'brokers'> = {
  clientId: 'logweave',
  tls: null,
  sasl: null,
  compression: 'zstd',
  transactionTimeoutMs: 30_000,
  group: { sessionTimeoutMs: 15_000, rebalanceTimeoutMs: 60_000, heartbeatMs: 3_000 },
  replicationFactor: null,
  minInSyncReplicas: null,
};

/** The options of a TLS connection, from the files as they are now. @throws Error when one cannot be read. */
export function tlsOptions(tls: TlsConfig): ConnectionOptions {
  const { caFile, certFile, keyFile, keyPassphrase, serverName } = tls;
  return {
    ...(caFile !== null && { ca: readFileSync(caFile) }),
    ...(certFile !== null && { cert: readFileSync(certFile) }),
    ...(keyFile !== null && { key: readFileSync(keyFile) }),
    ...(keyPassphrase !== null && { passphrase: keyPassphrase() }),
    ...(serverName !== null && { servername: serverName }),
    minVersion: 'TLSv1.2',
  };
}
