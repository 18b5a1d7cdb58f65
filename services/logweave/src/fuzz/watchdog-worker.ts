import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** How long one log or text may take before the run counts as hung. A machine that is busy needs a while. */
const HUNG_AFTER_MS = 120_000;

const { cells, seed } = workerData as { readonly cells: Int32Array; readonly seed: number };
let last = -1;
for (;;) {
  // Nothing wakes this: the time-out is the period.
  Atomics.wait(cells, 1, 0, HUNG_AFTER_MS);
  const index = Atomics.load(cells, 0);
  if (index === last) {
    const name = Atomics.load(cells, 2) === 0 ? 'log' : 'text';
    writeSync(2, `hung at ${name} ${index} of seed ${seed}: --from ${index} begins there\n0 passed, 1 failed\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  last = index;
}
