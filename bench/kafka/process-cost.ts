import { existsSync, readFileSync } from 'node:fs';

/** USER_HZ, in which Linux counts for programs, whatever the kernel ticks at. */
const TICKS_PER_S = 100;

/** Whether this machine tells what other processes cost. */
export const hasProcessCosts: boolean = existsSync('/proc/self/stat');

/** Seconds of CPU that a process has used, in user and kernel, all threads; to ten milliseconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the command, in parentheses, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** The most memory that a process has had resident, MiB. */
export function peakRssMiB(pid: number): number {
  const kib = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
}
