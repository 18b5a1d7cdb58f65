import { loadavg } from 'node:os';
import type { EventLog, TopicSpec } from '@logweave/event-log';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from '@logweave/event-log-kafka';
import { type BrokerProcess, startTestKafka } from '@logweave/event-log-kafka/testing';
import { TOPICS } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { hasProcessCosts } from './process-cost.ts';

/** As many tasks as contenders share, each on one thread. Processes of contenders inherit the variable. */
export const PARTITIONS = Number(process.env['BENCH_PARTITIONS'] ?? 4);

/** The topics that one run of one contender reads. */
export interface InputTopics {
  readonly http: string;
  readonly network: string;
}

/** The topics that one run of one contender writes. */
export interface OutputTopics {
  readonly correlated: string;
  readonly state: string;
  readonly deadLetter: string;
}

/** One broker with nothing in it, and the benchmark's own connection to it. */
export interface Arena {
  readonly brokers: readonly string[];
  /** Null where the broker runs in a container. */
  readonly brokerPid: number | null;
  readonly log: EventLog;
  createInputs(prefix: string): Promise<InputTopics>;
  createOutputs(prefix: string): Promise<OutputTopics>;
  close(): Promise<void>;
}

/** Null, after saying why, where no broker can be had. */
export async function openArena(): Promise<Arena | null> {
  if (!hasProcessCosts) {
    console.log('skipped: what a process costs is read from /proc, which is not here');
    return null;
  }
  const kafka = await startTestKafka();
  if ('unavailable' in kafka) {
    console.log(`skipped, no Kafka broker: ${kafka.unavailable}`);
    return null;
  }
  const brokers = kafka.bootstrapServers;
  const brokerPid = kafka.runsAs === 'processes' ? (kafka.brokers[0] as BrokerProcess).pid : null;
  const log = openBenchLog(brokers);
  // The first who asks makes the cluster create its own topics, which is nobody's cost.
  await (await log.transactionalProducer('bench.first')).close();
  await log.committed('bench.first', [{ topic: 'bench.first', partition: 0 }]);
  const create = async (spec: TopicSpec): Promise<string> => {
    await log.ensureTopic(spec);
    return spec.name;
  };
  return {
    brokers,
    brokerPid,
    log,
    async createInputs(prefix) {
      const partitions = PARTITIONS;
      return {
        http: await create({ ...TOPICS.http, partitions, name: `${prefix}.http` }),
        network: await create({ ...TOPICS.network, partitions, name: `${prefix}.network` }),
      };
    },
    async createOutputs(prefix) {
      const partitions = PARTITIONS;
      return {
        correlated: await create({ ...TOPICS.correlated, partitions, name: `${prefix}.correlated` }),
        state: await create({ ...TOPICS['correlator-state'], partitions, name: `${prefix}.correlator-state` }),
        deadLetter: await create({ ...TOPICS['dead-letter'], partitions: 1, name: `${prefix}.dead-letter` }),
      };
    },
    async close() {
      await log.close();
      await kafka.close();
    },
  };
}

/** Our adapter as a service has it, the given times of its group apart. */
export function openBenchLog(brokers: readonly string[], sessionMs?: number): EventLog {
  const { group } = DEFAULT_KAFKA_CONFIG;
  return openKafkaLog(
    {
      ...DEFAULT_KAFKA_CONFIG,
      brokers,
      group:
        sessionMs === undefined
          ? group
          : { ...group, sessionTimeoutMs: sessionMs, heartbeatMs: Math.floor(sessionMs / 5) },
    },
    {
      clock: systemClock,
      // A coordinator that is not there yet is one of the things that connections have to say.
      log: ({ log }) => {
        if (process.env['BENCH_VERBOSE'] !== undefined) console.error(log.message);
      },
      identityLost: (error) => console.error(`a producer began anew: ${error.message}`),
    },
  );
}

/** One line on how busy the machine is with whatever else. */
export function loadLine(): string {
  return `load average ${loadavg()
    .map((load) => load.toFixed(2))
    .join(' ')}`;
}
