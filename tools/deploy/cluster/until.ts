import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 250;

/** Asks until there are no problems. @returns those of the last time when the time is over */
export async function until(
  seconds: number,
  find: () => readonly string[] | Promise<readonly string[]>,
): Promise<readonly string[]> {
  const endMs = performance.now() + seconds * 1000;
  for (;;) {
    const problems = await find();
    if (problems.length === 0 || performance.now() >= endMs) return problems;
    await sleep(STEP_MS);
  }
}
