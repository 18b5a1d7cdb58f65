import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BrokerProcess } from './broker-process.ts';
import type { BrokerCount, BrokerListener, BrokerProperties, BrokerSettings } from './broker-properties.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface ProcessClusterOptions {
  readonly brokers: BrokerCount;
  /** Gets one directory for each broker, `node-1`… */
  readonly directory: string;
  readonly clusterId: string;
  /** Of the clients: one for each broker. */
  readonly ports: readonly number[];
  readonly controllerPort: number;
  readonly java: string;
  readonly jars: string;
  /** Only for a cluster of one broker. */
  readonly sasl?: BrokerSettings['sasl'];
  readonly properties?: BrokerProperties;
}

/** The brokers of one cluster on this machine, reachable on the loopback address only. */
export function processCluster(options: ProcessClusterOptions): readonly BrokerProcess[] {
  const { brokers, directory, clusterId, ports, controllerPort, java, jars, sasl = [], properties = {} } = options;
  const controller = loopback(controllerPort);
  return ports.slice(0, brokers).map((port, index) => {
    const nodeId = index + 1;
    return new BrokerProcess({
      settings: { nodeId, brokers, client: loopback(port), controller, sasl, properties },
      directory: join(directory, `node-${nodeId}`),
      clusterId,
      java,
      jars,
    });
  });
}

/** Starts those that do not run; resolves when all are ready. */
export async function startAll(brokers: readonly BrokerProcess[]): Promise<void> {
  // One after the other: starting costs more memory and time of the processor than running.
  for (const broker of brokers) if (broker.pid === null) await broker.launch();
  for (const broker of brokers) await waitUntilReady(broker);
}

/** Lets all of them stop in order: the controller last, since the others ask it for leave. */
export async function stopAll(brokers: readonly Pick<BrokerProcess, 'nodeId' | 'stop'>[]): Promise<void> {
  for (const broker of [...brokers].sort((a, b) => b.nodeId - a.nodeId)) await broker.stop();
}

/** An id as Kafka makes them. A leading dash would read as an option. */
export function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** A listener that only this machine reaches. */
export function loopback(port: number): BrokerListener {
  return { bind: `127.0.0.1:${port}`, advertised: `127.0.0.1:${port}` };
}
