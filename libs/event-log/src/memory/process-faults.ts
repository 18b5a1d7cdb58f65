import type { MemoryFaults } from './faults.ts';

/** What happens to a process at a step, and so to the transaction that it is writing. */
export const PROCESS_FAULTS = [
  'crash',
  'crash_while_the_transaction_is_open',
  'crash_when_applied_before_the_answer',
  'crash_while_beginning',
  'commit_refused',
  'commit_applied_answer_lost',
  'commit_not_applied_answer_lost',
  'fenced',
  'stop_and_start',
] as const;
export type ProcessFault = (typeof PROCESS_FAULTS)[number];

/** One process on a log in memory, and the clock that it lives by. */
export interface FaultyWorld {
  readonly clock: { advance(ms: number): Promise<void> };
  readonly cluster: { readonly faults: MemoryFaults };
  start(): Promise<unknown>;
  stop(): Promise<void>;
  /** The process is gone from one moment to the next. */
  crash(): Promise<void>;
}

/** The fault, and a step of time. Whatever it was, a process runs afterwards. */
export async function meetFault(world: FaultyWorld, fault: ProcessFault, stepMs: number): Promise<void> {
  const { faults } = world.cluster;
  // A little before the end of the step, so that something is under way.
  const crashAndStart = async (): Promise<void> => {
    await world.clock.advance(stepMs - 10);
    await world.crash();
    await world.start();
  };
  switch (fault) {
    case 'crash':
      return crashAndStart();
    case 'crash_while_the_transaction_is_open':
      faults.plan({ on: 'commit', kind: 'delay', ms: 1_000 });
      return crashAndStart();
    case 'crash_when_applied_before_the_answer':
      faults.plan({ on: 'commit', kind: 'lose_answer' });
      return crashAndStart();
    case 'crash_while_beginning':
      await world.crash();
      faults.plan({ on: 'open', kind: 'delay', ms: 1_000 });
      await world.start();
      await world.crash();
      await world.start();
      return;
    case 'commit_refused':
      faults.plan({ on: 'commit', kind: 'refuse' });
      break;
    case 'commit_applied_answer_lost':
      faults.plan({ on: 'commit', kind: 'lose_answer' });
      break;
    case 'commit_not_applied_answer_lost':
      faults.plan({ on: 'commit', kind: 'lose_request' });
      break;
    case 'fenced':
      faults.plan({ on: 'commit', kind: 'fence' });
      break;
    case 'stop_and_start':
      await world.stop();
      await world.start();
      return;
    default:
      fault satisfies never;
  }
  await world.clock.advance(stepMs);
}
