import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { EventLogError } from '@logweave/event-log';
import { isBusy } from './database.ts';

export interface WriterLock {
  release(): void;
}

/**
 * Takes the writer's lock of an event log, or says who has it. The lock is SQLite's exclusive lock on `<path>.lock`,
 * which the system lets go when the process dies, however it dies: it cannot be stale. The holder's pid stands in
 * `<path>.pid`, a file of its own, because closing a second descriptor of the lock file would drop the lock (POSIX).
 * @throws EventLogError `locked` naming the pid, `unavailable`.
 */
export function takeWriterLock(path: string): WriterLock {
  const lockPath = `${path}.lock`;
  const pidPath = `${path}.pid`;
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockPath, { timeout: 0 });
    // In exclusive mode the first write takes the lock and no commit gives it back.
    lock.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
      PRAGMA user_version = ${process.pid};`);
  } catch (error) {
    lock?.close();
    if (isBusy(error)) {
      throw new EventLogError(
        'locked',
        `the event log ${path} is in use by process ${readPid(pidPath)}: one process writes at a time`,
      );
    }
    throw new EventLogError('unavailable', `cannot lock the event log ${path}: ${String(error)}`, { cause: error });
  }
  writeFileSync(pidPath, `${process.pid}\n`);
  const held = lock;
  return {
    release: () => {
      rmSync(pidPath, { force: true });
      held.close();
    },
  };
}

function readPid(pidPath: string): string {
  try {
    return readFileSync(pidPath, 'utf8').trim();
  } catch {
    // The holder has the lock but has not yet written its pid, or is about to let go.
    return '(pid not known yet)';
  }
}
