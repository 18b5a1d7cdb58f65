/** How often something slow is repeated before it counts as slow. */
const REPEATS = 4;

/** The CPU time of this thread in ms that `run` takes. */
export function cpuMs(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** As `cpuMs`; above `doubtfulMs` the least of several runs, so that a collection or compilation is not blamed on it. */
export function leastCpuMs(firstMs: number, doubtfulMs: number, run: () => void): number {
  let least = firstMs;
  for (let left = REPEATS; left > 0 && least > doubtfulMs; left--) least = Math.min(least, cpuMs(run));
  return least;
}
