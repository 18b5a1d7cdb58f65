import type { VirtualClock } from '@logweave/model';

const STEP_MS = 10;

/** Awaits something while a virtual clock runs, in small steps, for as long as it takes: a harness's `settle`. */
export async function settleOnVirtualClock<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  const state = { settled: false };
  const settle = (): void => {
    state.settled = true;
  };
  // Both outcomes are watched here; the caller gets them from the promise itself.
  promise.then(settle, settle);
  while (!state.settled) await clock.advance(STEP_MS);
  return promise;
}
