import { join } from 'node:path';
import type { HostServices } from './host-services.ts';

export interface Image {
  readonly repository: string;
  readonly tag: string;
}

/** Values for the chart's pods on this machine as a node, with the services beside it. `sockets`: a folder of this machine. */
export function ensembleValues(at: {
  readonly services: HostServices;
  readonly folder: string;
  readonly sockets: string;
  readonly image: Image;
  readonly correlators: number;
  readonly config?: object;
}): Readonly<Record<string, unknown>> {
  const { services, folder, sockets, image, correlators, config = {} } = at;
  // Of two cores, so that all pods of an upgrade fit.
  const resources = { requests: { cpu: '20m', memory: '128Mi' } };
  return {
    image,
    config: {
      event_log: { kafka: { brokers: [services.broker] } },
      outputs: { clickhouse: { dsn: services.dsn } },
      ...config,
    },
    socketIngestor: { hostPath: { create: true, sockets, data: join(folder, 'spool') }, resources },
    correlator: { replicas: correlators, resources },
    parser: { replicas: 1, resources },
    clickhouseWriter: { replicas: 1, resources },
    jobs: { resources },
  };
}

/** The arguments of `logweave generate` for the sockets in a folder. */
export function socketArguments(folder: string): readonly string[] {
  return ['http', 'network'].flatMap((name) => [`--${name}-socket`, join(folder, `${name}.socket`)]);
}

/** How many HTTP events have been joined with their connection, and how many stand alone. */
export async function joinedRows(services: HostServices): Promise<{ readonly joined: number; readonly lone: number }> {
  const sql = "SELECT countIf(correlated), countIf(orphan_side = 'A') FROM http_logs FORMAT TSV";
  const [joined = 0, lone = 0] = (await services.query(sql)).split('\t').map(Number);
  return { joined, lone };
}
