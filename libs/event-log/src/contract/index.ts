import { afterEach, beforeEach, describe } from 'vitest';
import { appendContract } from './append-contract.ts';
import { cleanupContract } from './cleanup-contract.ts';
import { groupsContract } from './groups-contract.ts';
import type { ContractCapabilities, ContractHarness, CreateHarness } from './harness.ts';
import { positionsContract } from './positions-contract.ts';
import { topicsContract } from './topics-contract.ts';
import { transactionsContract } from './transactions-contract.ts';

export {
  type ContractCapabilities,
  type ContractHarness,
  type CreateHarness,
  eventually,
  type OpenTransaction,
} from './harness.ts';
export { settleOnVirtualClock } from './virtual-time.ts';

/**
 * The semantics of the port as tests: every adapter passes them, an embedded one and a real broker alike. Each test gets
 * a harness of its own. Visibility may lag behind acknowledgement, and a group may take time to come to rest.
 */
export function eventLogContract(name: string, createHarness: CreateHarness, capabilities: ContractCapabilities): void {
  describe(`event log: ${name}`, () => {
    let harness: ContractHarness | undefined;
    const current = (): ContractHarness => {
      if (harness === undefined) throw new Error('there is no harness outside a test');
      return harness;
    };
    beforeEach(async () => {
      harness = await createHarness();
    });
    afterEach(async () => {
      await harness?.close();
      harness = undefined;
    });
    topicsContract(current);
    appendContract(current);
    transactionsContract(current, capabilities);
    groupsContract(current);
    positionsContract(current, capabilities);
    cleanupContract(current, capabilities);
  });
}
