import { EventLogError, isWorthWaiting } from '@logweave/event-log';
import { SpoolError } from '@logweave/intake';

/** The log is away or refuses us, or the disk does: all of it can come right without us, and what is on disk waits for that. */
export function mayMend(error: unknown): error is Error {
  if (error instanceof EventLogError) return isWorthWaiting(error);
  if (error instanceof SpoolError) return false;
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
