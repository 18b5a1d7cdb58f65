/**
 * The least CPU time of this thread, in milliseconds, that one of several runs took. Time in which the machine does
 * something else does not count; what the garbage collector or the compiler happens to do in one run does not stay.
 */
export function leastCpuMs(runs: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const before = process.threadCpuUsage();
    run();
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
