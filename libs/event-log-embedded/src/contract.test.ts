import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContractHarness, eventLogContract, settleOnVirtualClock } from '@logweave/event-log/contract';
import type { EmbeddedEventLog } from './embedded-log.ts';
import { WritingClock } from './test-log.ts';

async function createHarness(): Promise<ContractHarness> {
  const directory = mkdtempSync(join(tmpdir(), 'logweave-contract-'));
  const clock = new WritingClock();
  const open = (): Promise<EmbeddedEventLog> => clock.open({ path: join(directory, 'event-log.db') });
  let log = await open();
  const unable = (): never => {
    throw new Error('the embedded log has no transactions that are open or lost');
  };
  return {
    get log() {
      return log;
    },
    reopen: async () => {
      await log.close();
      log = await open();
    },
    name: (base) => base,
    wallMs: () => clock.wallMs(),
    settle: (promise) => settleOnVirtualClock(clock, promise),
    passTime: (ms) => clock.advance(ms),
    maintain: async () => {
      await log.maintain({ force: true });
    },
    removeBefore: async () => {
      await clock.advance(120_000);
      await log.maintain();
    },
    beginTransaction: unable,
    loseNextCommitAnswer: unable,
    close: async () => {
      await log.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

eventLogContract('embedded in one SQLite file', createHarness, {
  maintenance: true,
  removal: true,
  retentionWaits: true,
  openTransactions: false,
  lostAnswers: false,
});
