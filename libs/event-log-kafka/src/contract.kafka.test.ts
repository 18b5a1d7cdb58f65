import { type ContractHarness, eventLogContract } from '@logweave/event-log/contract';
import { systemClock } from '@logweave/service-kit';
import { describe, inject } from 'vitest';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from './index.ts';

const kafka = inject('kafka');
let harnesses = 0;

async function createHarness(): Promise<ContractHarness> {
  if (!('bootstrapServers' in kafka)) throw new Error(kafka.unavailable);
  const { bootstrapServers } = kafka;
  const suffix = `${process.pid}-${++harnesses}`;
  const open = () =>
    openKafkaLog(
      { ...DEFAULT_KAFKA_CONFIG, brokers: bootstrapServers },
      { clock: systemClock, log: (entry) => console.debug(entry.log.message), identityLost: () => {} },
    );
  let log = open();
  const unable = (): never => {
    throw new Error('only the transactional tests of this adapter can do that');
  };
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
    removeBefore: unable,
    beginTransaction: unable,
    loseNextCommitAnswer: unable,
    close: () => log.close(),
  };
}

describe.skipIf('unavailable' in kafka)('with a broker', () => {
  eventLogContract('on Apache Kafka', createHarness, {
    maintenance: false,
    removal: false,
    retentionWaits: false,
    openTransactions: false,
    lostAnswers: false,
  });
});
