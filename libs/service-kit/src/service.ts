import type { EventLog } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import type { Registry } from 'prom-client';
import type { Logger } from './logger.ts';

/** The life cycle of one service inside a process. */
export interface Service {
  /** As in `logweave run <name>`; also the name in logs and in /readyz. */
  readonly name: string;
  /** Resolves when it works. @throws Error for people when it cannot. */
  start(): Promise<void>;
  /** Graceful: close inputs, drain, commit, close. Idempotent. */
  stop(): Promise<void>;
  readiness(): Readiness;
  /** Resolves when the service cannot go on by itself (fenced for good, an impossible state). Never rejects. */
  readonly failure: Promise<Error>;
  /** On SIGHUP: reopen files, read again what can be read again. */
  reload?(): Promise<void>;
}

export interface Readiness {
  readonly ready: boolean;
  /** One sentence for people: what it does, or what it waits for. */
  readonly detail: string;
}

/** What every service is given. */
export interface ServiceDeps {
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly log: Logger;
  /** Metrics of the process; each service declares its own in `metrics.ts`. */
  readonly metrics: Registry;
}
