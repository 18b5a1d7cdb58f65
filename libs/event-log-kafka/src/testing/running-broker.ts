import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of one broker, in a directory of its own. */
export interface BrokerFiles {
  readonly directory: string;
  readonly properties: string;
  readonly log4j: string;
  readonly data: string;
  readonly log: string;
  readonly pid: string;
}

export function brokerFiles(directory: string): BrokerFiles {
  return {
    directory,
    properties: join(directory, 'server.properties'),
    log4j: join(directory, 'log4j2.properties'),
    data: join(directory, 'data'),
    log: join(directory, 'broker.log'),
    pid: join(directory, 'broker.pid'),
  };
}

/** The process of a broker that some program started in this directory, or null when none runs. */
export function runningPid(files: BrokerFiles): number | null {
  if (!existsSync(files.pid)) return null;
  const pid = Number(readFileSync(files.pid, 'utf8'));
  return isBroker(pid, files) ? pid : null;
}

/**
 * Whether a process is the broker of this directory: then its command line names the broker's properties. Numbers are
 * given again, after a restart of the machine at least.
 */
export function isBroker(pid: number, files: Pick<BrokerFiles, 'properties'>): boolean {
  return Number.isInteger(pid) && pid > 0 && commandOf(pid).includes(files.properties);
}

/** The last lines of a broker's log. */
export function logTail(files: BrokerFiles, lines = 15): string {
  if (!existsSync(files.log)) return '(no log)';
  return readFileSync(files.log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** Empty when there is no such process, or only its remains. */
function commandOf(pid: number): string {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch (error) {
    // Read after it ended: no such file, or ESRCH in the middle of reading; `ps` ends with 1.
    if (error instanceof Error && ('code' in error || 'status' in error)) return '';
    throw error;
  }
}
