import { join } from 'node:path';
import { RAW_SOURCES } from './raw-logs.ts';

/** How the two halves of the demo differ: the sample comes faster than real time, one's own events do not. */
export type DemoPhase = 'replay' | 'live';

const RULES: Readonly<Record<DemoPhase, string>> = {
  replay: `  # A minute passes in about twelve seconds: 2 s of event time are 0.4 s on the clock, enough for the two sockets.
  lateness_ms: 2000
  # Longer than the replay: no input is taken for silent meanwhile.
  idle_after_ms: 60000`,
  live: `  lateness_ms: 500
  idle_after_ms: 1000`,
};

export interface DemoPaths {
  readonly http: string;
  readonly network: string;
  /** The socket of a source of raw logs, by its name. */
  readonly raw: (name: string) => string;
  readonly file: string;
  readonly config: string;
}

/** Where things are in the demo's own directory. */
export function demoPaths(folder: string): DemoPaths {
  return {
    http: join(folder, 'http.socket'),
    network: join(folder, 'network.socket'),
    raw: (name) => join(folder, `${name}.socket`),
    file: join(folder, 'correlated.log'),
    config: join(folder, 'logweave.yml'),
  };
}

/** The configuration of the demo as a file for people. */
export function demoConfig(folder: string, phase: DemoPhase): string {
  const paths = demoPaths(folder);
  const raw = RAW_SOURCES.map(
    ({ name, logType }) =>
      `    - { name: ${name}, type: unix_stream, path: ${JSON.stringify(paths.raw(name))}, log_type: ${logType} }`,
  );
  return `# Made by the demo.
data_dir: ${JSON.stringify(join(folder, 'data'))}
# So little traffic would leave most of the usual eight partitions waiting for the next event.
topics: { partitions: 2 }
inputs:
  unix_sockets:
    - { name: http_source, path: ${JSON.stringify(paths.http)}, source: A, type: stream }
    - { name: network_source, path: ${JSON.stringify(paths.network)}, source: B, type: stream }
  raw:
${raw.join('\n')}
correlation:
  key: [src_ip, src_port]
  time_window: { value: 10, unit: s }
  # With keep-alive one handshake serves many requests. one_to_one would make an orphan of all but one of them.
  matching: { mode: one_to_many }
  ttl: { network_ttl_s: 120 }
${RULES[phase]}
  orphan_policy: { apache_always_emit: true, network_emit: true }
  on_stop: emit
outputs:
  file: { path: ${JSON.stringify(paths.file)} }
  clickhouse: { embedded: true, batch: { max_age_ms: 250 } }
admin: { port: 0 }
log: { level: warn }
`;
}
