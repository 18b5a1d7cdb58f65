import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BrokerCount,
  type BrokerProcess,
  findJava,
  isPortFree,
  kafkaJars,
  newClusterId,
  processCluster,
  startAll,
  stopAll,
} from '@logweave/event-log-kafka/testing';
import { portHolder } from './port-holder.ts';

/** The brokers do not start, and the message says why. */
export class KafkaStartError extends Error {
  override readonly name = 'KafkaStartError';
}

export interface StartOptions {
  readonly brokers: BrokerCount;
  readonly port: number;
  readonly fresh: boolean;
}

/** What is kept of a cluster beside its brokers' directories. */
interface ClusterRecord {
  readonly clusterId: string;
  readonly port: number;
}

const COUNTS: readonly BrokerCount[] = [1, 3];

/**
 * The brokers of this repository. A cluster of one and one of three have data of their own, as topics of the one could not
 * be replicated in the other; one of them runs at a time.
 */
export class DevelopmentKafka {
  readonly #home: string;

  /** @param home Where jars and data are kept. */
  constructor(home: string) {
    this.#home = home;
  }

  /** Starts what does not run yet; the text gives the addresses. Throws KafkaStartError or KafkaUnavailable. */
  async start({ brokers: count, port, fresh }: StartOptions): Promise<string> {
    this.#refuseOther(count, port, fresh);
    if (fresh) await rm(this.#directory(count), { recursive: true, force: true });
    const java = await findJava();
    const jars = await kafkaJars(this.#home);
    const clusterId = this.#record(count)?.clusterId ?? newClusterId();
    const brokers = this.#cluster(count, { clusterId, port }, java, jars);
    const missing = brokers.filter(({ pid }) => pid === null);
    if (missing.length === 0) return `Kafka runs already\n${addressesOf(brokers)}`;
    await refuseTakenPorts(missing, port - 1);
    await mkdir(this.#directory(count), { recursive: true });
    await writeFile(this.#recordFile(count), `${JSON.stringify({ clusterId, port } satisfies ClusterRecord)}\n`);
    try {
      await startAll(brokers);
    } catch (error) {
      await stopAll(missing);
      throw new KafkaStartError(error instanceof Error ? error.message : String(error), { cause: error });
    }
    return `Kafka runs\n${addressesOf(brokers)}`;
  }

  /** Stops what `start` started, and waits for its end. */
  async stop(): Promise<string> {
    const running = COUNTS.flatMap((count) => this.#brokers(count)).filter(({ pid }) => pid !== null);
    if (running.length === 0) return 'Kafka does not run';
    await stopAll(running);
    return `Kafka stopped (${running.length} ${running.length === 1 ? 'broker' : 'brokers'})`;
  }

  /** One line for each broker of the cluster that runs. */
  status(): string {
    const running = COUNTS.map((count) => this.#brokers(count)).find((brokers) =>
      brokers.some(({ pid }) => pid !== null),
    );
    if (running === undefined) {
      const kept = COUNTS.map((count) => this.#directory(count)).filter((directory) => existsSync(directory));
      return kept.length === 0 ? 'stopped' : `stopped; data is kept in ${kept.join(' and ')}`;
    }
    return running
      .map(({ nodeId, address, pid, files }) => {
        const state = pid === null ? 'stopped' : `running  pid ${pid}`;
        return `broker ${nodeId}  ${address}  ${state}  log ${files.log}`;
      })
      .join('\n');
  }

  #refuseOther(count: BrokerCount, port: number, fresh: boolean): void {
    for (const other of COUNTS) {
      const record = this.#record(other);
      if (record === null || this.#brokers(other).every(({ pid }) => pid === null)) continue;
      if (other !== count)
        throw new KafkaStartError(`a cluster of ${other} runs; stop it first: npm run kafka -- stop`);
      if (record.port !== port) {
        throw new KafkaStartError(`it runs already, on port ${record.port}; stop it first: npm run kafka -- stop`);
      }
      if (fresh) throw new KafkaStartError('it runs; stop it before its data is thrown away: npm run kafka -- stop');
    }
  }

  #brokers(count: BrokerCount): readonly BrokerProcess[] {
    const record = this.#record(count);
    return record === null ? [] : this.#cluster(count, record);
  }

  /** Java and jars are not needed to look and to stop. */
  #cluster(count: BrokerCount, record: ClusterRecord, java = '', jars = ''): readonly BrokerProcess[] {
    const { clusterId, port } = record;
    const ports = Array.from({ length: count }, (_, index) => port + index);
    const directory = this.#directory(count);
    return processCluster({ brokers: count, directory, clusterId, ports, controllerPort: port - 1, java, jars });
  }

  #record(count: BrokerCount): ClusterRecord | null {
    const file = this.#recordFile(count);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClusterRecord) : null;
  }

  #recordFile(count: BrokerCount): string {
    return join(this.#directory(count), 'cluster.json');
  }

  #directory(count: BrokerCount): string {
    return join(this.#home, `brokers-${count}`);
  }
}

/** Only those of brokers that are to be started: a running one holds its own. */
async function refuseTakenPorts(missing: readonly BrokerProcess[], controllerPort: number): Promise<void> {
  const ports = missing.map(({ address }) => Number(address.slice(address.lastIndexOf(':') + 1)));
  if (missing.some(({ nodeId }) => nodeId === 1)) ports.unshift(controllerPort);
  for (const port of ports) {
    if (await isPortFree(port)) continue;
    const holder = portHolder(port);
    const by = holder === null ? 'another process' : holder;
    throw new KafkaStartError(`port ${port} is taken by ${by}; choose others with --port`);
  }
}

function addressesOf(brokers: readonly BrokerProcess[]): string {
  return `bootstrap.servers=${brokers.map(({ address }) => address).join(',')}`;
}
