import { join } from 'node:path';
import type { OracleRules } from '@logweave/audit';

export interface TortureOptions {
  /** Everything of this run is in it. */
  readonly directory: string;
  readonly mode: OracleRules['mode'];
  readonly kills: number;
  /** Events per second that are sent. */
  readonly rate: number;
  readonly seed: number;
}

/** Far above what an event takes on its way, so that an event is late only where a crash has held it up. */
export const LATENESS_MS = 2_000;
/** What an append may take between the stamp of arrival and the moment at which the log shows it. */
export const APPEND_MARGIN_MS = 700;

export const PATHS = {
  config: 'config.yml',
  httpSocket: 'http.socket',
  networkSocket: 'network.socket',
  output: 'correlated.log',
  data: 'data',
  eventLog: join('data', 'log.sqlite'),
  warehouse: join('data', 'warehouse'),
  processLog: 'logweave.jsonl',
} as const;

/** Short, so that connections end while the test runs, and a take-over reads seconds of input and not all of it. */
const NETWORK_TTL_S = 5;

export function oracleRules(mode: OracleRules['mode']): OracleRules {
  return { mode, beforeNs: 1e9, afterNs: 1e9, skewNs: 1e7, networkTtlNs: NETWORK_TTL_S * 1e9 };
}

/** The configuration of `logweave up`; JSON is YAML. */
export function configText({ directory, mode }: TortureOptions): string {
  const at = (path: string): string => join(directory, path);
  const config = {
    // The stop at the end waits until ClickHouse has everything.
    service: { stop_grace_s: 300 },
    data_dir: at(PATHS.data),
    inputs: {
      unix_sockets: [
        { name: 'http_source', path: at(PATHS.httpSocket), format: 'json' },
        { name: 'network_source', path: at(PATHS.networkSocket), format: 'json' },
      ],
    },
    correlation: {
      time_window: { value: 1, unit: 's' },
      matching: { mode },
      ttl: { network_ttl_s: NETWORK_TTL_S },
      skew_ms: 10,
      // Less than the default, so that take-overs are quick and connections are checkpointed.
      replay_span_s: 8,
      lateness_ms: LATENESS_MS,
      orphan_policy: { apache_always_emit: true, network_emit: true },
      on_stop: 'emit',
    },
    outputs: {
      file: { enabled: true, path: at(PATHS.output), fsync: 'always' },
      clickhouse: { enabled: true, embedded: true },
    },
    admin: { port: 0 },
    log: { level: 'info', format: 'json' },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
