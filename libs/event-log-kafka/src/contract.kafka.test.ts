import { type ContractHarness, eventLogContract } from '@logweave/event-log/contract';
import { systemClock } from '@logweave/service-kit';
import { describe, inject } from 'vitest';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from './index.ts';
import { KafkaProxy } from './testing/kafka-proxy.ts';
import { KafkaTools } from './testing/kafka-tools.ts';

const kafka = inject('kafka');
/** A member learns of a change by its heartbeat. */
const QUICK_GROUP = { ...DEFAULT_KAFKA_CONFIG.group, heartbeatMs: 200 };
let harnesses = 0;

async function createHarness(): Promise<ContractHarness> {
  if (!('bootstrapServers' in kafka)) throw new Error(kafka.unavailable);
  const proxy = await KafkaProxy.start(kafka.bootstrapServers);
  const tools = new KafkaTools(kafka.bootstrapServers);
  const suffix = `${process.pid}-${++harnesses}`;
  const open = () =>
    openKafkaLog(
      { ...DEFAULT_KAFKA_CONFIG, group: QUICK_GROUP, brokers: proxy.bootstrapServers },
      { clock: systemClock, log: (entry) => console.debug(entry.log.message), identityLost: () => {} },
    );
  let log = open();
  return {
    get log() {
      return log;
    },
    reopen: async () => {
      await log.close();
      log = open();
    },
    name: (base) => `${base}-${suffix}`,
    wallMs: () => systemClock.wallMs(),
    settle: (promise) => promise,
    passTime: (ms) => systemClock.sleep(ms),
    maintain: async () => {},
    removeBefore: (partition, offset) => tools.removeBefore(partition, offset),
    beginTransaction: (transactionalId, batch) => tools.beginTransaction(transactionalId, batch),
    loseNextCommitAnswer: (applied) => void proxy.loseNext('endTxn', applied ? 'answer' : 'request'),
    close: async () => {
      await log.close();
      await tools.close();
      await proxy.close();
    },
  };
}

describe.skipIf('unavailable' in kafka)('with a broker', () => {
  // Retention by hours and compaction cannot be hurried by what the port has; cleanup.kafka.test.ts shows them.
  eventLogContract('on Apache Kafka', createHarness, {
    maintenance: false,
    removal: true,
    retentionWaits: false,
    openTransactions: true,
    lostAnswers: true,
  });
});
