import type { Clock } from '@logweave/model';
import type { Logger } from './logger.ts';
import type { ServiceGroup } from './service-group.ts';
import type { SignalSource } from './signals.ts';

export interface RunOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signals: SignalSource;
  /** How long a graceful stop may take; after that the process ends anyway, with 1. */
  readonly graceMs: number;
}

/**
 * The life of a process: starts the group, waits for a signal or a failure, stops the group.
 *
 * SIGTERM and SIGINT stop gracefully; a second one ends at once. SIGHUP reloads.
 * @returns the exit code: 0 after a graceful stop, 1 after a failure, an expired grace or a second signal. In the last
 * two cases services still run: the caller must end the process.
 */
export async function runServices(group: ServiceGroup, options: RunOptions): Promise<0 | 1> {
  const { clock, log, signals, graceMs } = options;
  const asked = Promise.withResolvers<'asked'>();
  const over = Promise.withResolvers<1>();
  const stopGraceClock = new AbortController();
  let stopping = false;

  const stopAfterGrace = async (): Promise<void> => {
    await clock.sleep(graceMs, stopGraceClock.signal);
    if (stopGraceClock.signal.aborted) return;
    log.error({ graceMs }, 'grace is over, ending at once');
    over.resolve(1);
  };
  const beginStop = (): void => {
    stopping = true;
    void stopAfterGrace();
  };
  const onStopSignal = (signal: string) => (): void => {
    if (stopping) {
      log.warn({ signal }, 'second signal, ending at once');
      over.resolve(1);
      return;
    }
    log.info({ signal, graceMs }, 'stopping');
    beginStop();
    asked.resolve('asked');
  };
  const handlers = [
    signals.on('SIGTERM', onStopSignal('SIGTERM')),
    signals.on('SIGINT', onStopSignal('SIGINT')),
    signals.on('SIGHUP', () => {
      log.info({}, 'reloading');
      void group.reload();
    }),
  ];

  const live = async (): Promise<0 | 1> => {
    let code: 0 | 1 = 0;
    const starting = group.start().then(
      () => 'started' as const,
      (error: unknown) => ({ error }),
    );
    const started = await Promise.race([starting, asked.promise]);
    if (typeof started === 'object') {
      // A sentence for people; the stack is for whoever looks into the program.
      log.error({ reason: messageOf(started.error) }, 'cannot start');
      log.debug({ err: started.error }, 'cannot start');
      code = 1;
    } else if (started === 'started') {
      log.info({}, 'started');
      const end = await Promise.race([asked.promise, group.failure]);
      if (typeof end === 'object') {
        log.error({ service: end.service, err: end.error }, 'service failed, stopping the others');
        code = 1;
      }
    }
    if (!stopping) beginStop();
    const clean = await group.stop();
    if (clean && code === 0) log.info({}, 'stopped');
    return clean ? code : 1;
  };

  try {
    return await Promise.race([live(), over.promise]);
  } finally {
    stopGraceClock.abort();
    for (const remove of handlers) remove();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
