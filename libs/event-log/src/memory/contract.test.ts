import { VirtualClock } from '@logweave/model';
import { type ContractHarness, eventLogContract, settleOnVirtualClock } from '../contract/index.ts';
import { MemoryCluster } from './memory-cluster.ts';

function createHarness(transactionMarkers: boolean): () => Promise<ContractHarness> {
  return async () => {
    const clock = new VirtualClock();
    const cluster = new MemoryCluster({ clock, transactionMarkers });
    let log = cluster.connect();
    return {
      get log() {
        return log;
      },
      reopen: async () => {
        await log.close();
        log = cluster.connect();
      },
      name: (base) => base,
      wallMs: () => clock.wallMs(),
      settle: (promise) => settleOnVirtualClock(clock, promise),
      passTime: (ms) => clock.advance(ms),
      maintain: async () => cluster.maintain(),
      removeBefore: async () => {
        await clock.advance(120_000);
        cluster.maintain();
      },
      beginTransaction: async (transactionalId, batch) => {
        cluster.open(transactionalId);
        const transaction = cluster.begin(transactionalId, [batch]);
        return {
          commit: async () => {
            cluster.commit(transaction, 'nobody', []);
          },
          abort: async () => cluster.abort(transaction),
        };
      },
      loseNextCommitAnswer: (applied) =>
        cluster.faults.plan({ on: 'commit', kind: applied ? 'lose_answer' : 'lose_request' }),
      close: () => log.close(),
    };
  };
}

const capabilities = {
  maintenance: true,
  removal: true,
  retentionWaits: true,
  openTransactions: true,
  lostAnswers: true,
};
eventLogContract('in memory', createHarness(false), capabilities);
eventLogContract('in memory, with offsets taken by the ends of transactions', createHarness(true), capabilities);
