import { setTimeout as sleep } from 'node:timers/promises';
import { brokerState } from './broker-state.ts';

/** What is asked of a broker that is starting, wherever it runs. */
export interface StartingBroker {
  readonly nodeId: number;
  readonly address: string;
  isAlive(): Promise<boolean>;
  /** The last lines of its log. */
  logTail(): Promise<string>;
}

/** A start takes 3 s alone and 9 s where three of them share two busy processors; this is ten times as much. */
const START_TIMEOUT_MS = 90_000;
const LOOK_EVERY_MS = 50;

/**
 * Resolves when a broker answers as a member of its cluster and has caught up with the leaders of its partitions.
 * @throws Error with the end of its log when it ends before, or takes longer than 90 s.
 */
export async function waitUntilReady(broker: StartingBroker): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const state = await brokerState(broker.address, broker.nodeId);
    if (state === 'ready') return;
    if (!(await broker.isAlive())) throw await startError(broker, 'ended while starting');
    if (performance.now() > deadline) throw await startError(broker, `is ${state} after ${START_TIMEOUT_MS / 1_000} s`);
    await sleep(LOOK_EVERY_MS);
  }
}

async function startError(broker: StartingBroker, problem: string): Promise<Error> {
  return new Error(`Broker ${broker.nodeId} ${problem}. The end of its log:\n${await broker.logTail()}`);
}
