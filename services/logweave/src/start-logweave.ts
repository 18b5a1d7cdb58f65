import type { EventLog } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import {
  createMetrics,
  type GroupReadiness,
  type Logger,
  Redactor,
  type ServiceDeps,
  type ServiceFailure,
  systemClock,
} from '@logweave/service-kit';
import type { Warehouse } from '@logweave/warehouse';
import { compose } from './compose/compose.ts';
import type { Config } from './compose/config-schema.ts';
import { VERSION } from './version.ts';

export interface StartDeps {
  readonly log: Logger;
  /** The system's by default. */
  readonly clock?: Clock;
  /** Hides secrets on the admin server's pages; give the one that the log has. */
  readonly redactor?: Redactor;
}

/** A Logweave within this process. */
export interface Running {
  readonly eventLog: EventLog;
  /** Null when nothing goes to ClickHouse. */
  readonly warehouse: Warehouse | null;
  readonly metrics: ServiceDeps['metrics'];
  /** `http://127.0.0.1:port` of /livez, /readyz and /metrics. */
  readonly adminUrl: string;
  readiness(): GroupReadiness;
  /** Resolves when a service cannot go on; the caller then stops it all. Never rejects. */
  readonly failure: Promise<ServiceFailure>;
  /**
   * Takes what the input topics hold at this moment as all there is: everything pending is decided and in the result
   * topic when this resolves. Logweave goes on.
   */
  endOfInput(): Promise<void>;
  /**
   * Graceful: sockets closed, what is pending decided as `on_stop` says, outputs written to the end. Idempotent.
   * @returns false when a service could not stop cleanly.
   */
  stop(): Promise<boolean>;
}

/**
 * Starts what `logweave up` runs, without its signals. Resolves when everything works.
 * @throws Error for people when something cannot start; what had started is stopped then.
 */
export async function startLogweave(config: Config, deps: StartDeps): Promise<Running> {
  const metrics = createMetrics(VERSION);
  const redactor = deps.redactor ?? new Redactor();
  const { group, admin, eventLog, warehouse, correlator } = compose(config, {
    clock: deps.clock ?? systemClock,
    log: deps.log,
    redactor,
    metrics,
  });
  try {
    await group.start();
  } catch (error) {
    await group.stop();
    throw error;
  }
  return {
    eventLog: eventLog.eventLog,
    warehouse: warehouse?.warehouse ?? null,
    metrics,
    adminUrl: admin.url ?? '',
    readiness: () => group.readiness(),
    failure: group.failure,
    endOfInput: async () => correlator()?.endOfInput(),
    stop: () => group.stop(),
  };
}
