import { join } from 'node:path';
import type { OracleRules } from '@logweave/audit';

export interface KafkaTortureOptions {
  /** Everything of this run is in it. */
  readonly directory: string;
  readonly mode: OracleRules['mode'];
  readonly minutes: number;
  /** Events per second that are sent. */
  readonly rate: number;
  readonly seed: number;
  /** A run that fails leaves its broker as it is, to be looked at. */
  readonly keep: boolean;
}

export const PARTITIONS = 8;
/** A process that is stopped for longer loses its partitions. */
export const SESSION_MS = 6_000;
/** Events are late only where they were held up for longer. */
export const LATENESS_MS = 2_000;
const NETWORK_TTL_S = 5;

export function oracleRules(mode: OracleRules['mode']): OracleRules {
  return { mode, beforeNs: 1e9, afterNs: 1e9, skewNs: 1e7, networkTtlNs: NETWORK_TTL_S * 1e9 };
}

export const paths = (directory: string) => ({
  http: join(directory, 'http.socket'),
  network: join(directory, 'network.socket'),
  config: join(directory, 'config.yml'),
  lastConfig: join(directory, 'last-config.yml'),
  processLog: join(directory, 'logweave.jsonl'),
});

/** The configuration of every process; JSON is YAML. `onStop`: emit for the last correlator, which decides all. */
export function kafkaConfigText(
  { directory, mode }: KafkaTortureOptions,
  brokers: readonly string[],
  onStop: 'keep' | 'emit',
): string {
  const { http, network } = paths(directory);
  const config = {
    service: { stop_grace_s: 120 },
    data_dir: join(directory, 'data'),
    event_log: {
      kind: 'kafka',
      kafka: { brokers, session_timeout_ms: SESSION_MS, transaction_timeout_ms: 10_000, rebalance_timeout_ms: 15_000 },
    },
    topics: { partitions: PARTITIONS },
    inputs: {
      unix_sockets: [
        { name: 'http_source', path: http, format: 'json' },
        { name: 'network_source', path: network, format: 'json' },
      ],
    },
    correlation: {
      time_window: { value: 1, unit: 's' },
      matching: { mode },
      ttl: { network_ttl_s: NETWORK_TTL_S },
      skew_ms: 10,
      replay_span_s: 8,
      lateness_ms: LATENESS_MS,
      // A broker that was away answers readers before it answers the ingestor, which waits up to a second between tries.
      idle_after_ms: 5_000,
      orphan_policy: { apache_always_emit: true, network_emit: true },
      on_stop: onStop,
    },
    outputs: {},
    admin: { port: 0 },
    log: { level: 'info', format: 'json' },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
