import { EventLogError } from '../port.ts';

/** How long a client waits before it tries again what the log refused. */
export const RETRY_MS = 100;

export function refused(what: string): EventLogError {
  return new EventLogError('refused', `${what}: the log does not allow it`);
}

export function unavailable(what: string): EventLogError {
  return new EventLogError('unavailable', `${what}: the log does not answer`, { retriable: true });
}
