import { EventLogError } from '../port.ts';

/** How long a client waits before it tries again what the log refused. */
export const RETRY_MS = 100;

export function unavailable(what: string): EventLogError {
  return new EventLogError('unavailable', `${what}: the log does not answer`, { retriable: true });
}
