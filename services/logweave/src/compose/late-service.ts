import { isRetriable } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import type { Logger, Readiness, Service } from '@logweave/service-kit';

const RETRY_MS = 1_000;

export interface LateServiceOptions {
  readonly name: string;
  /** What it is made from is there only when the stages before it have started. */
  readonly create: () => Service;
  /** Resolves once the event log has answered. */
  readonly available: Promise<void>;
  /** It has work before the event log answers; the others are not even tried before. */
  readonly startsAlone: boolean;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * A service that is made when it starts, and that waits for the event log in the background: a log that is away when a
 * process starts is no reason to end, nor to keep the others from what they can do without it.
 */
export class LateService implements Service {
  readonly name: string;
  readonly failure: Promise<Error>;
  readonly #options: LateServiceOptions;
  readonly #fail: (error: Error) => void;
  readonly #stopping = new AbortController();
  #inner: Service | null = null;
  #isAvailable = false;
  #waits = false;
  #starting: Promise<void> = Promise.resolve();

  constructor(options: LateServiceOptions) {
    this.name = options.name;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failure = promise;
    this.#fail = resolve;
    void options.available.then(() => {
      this.#isAvailable = true;
    });
  }

  /** Resolves when it works, or waits for the event log. @throws Error as the service that it makes. */
  async start(): Promise<void> {
    const { create, startsAlone } = this.#options;
    const inner = create();
    this.#inner = inner;
    void inner.failure.then(this.#fail);
    const started = (this.#isAvailable || startsAlone) && (await this.#try(inner));
    if (!started) this.#starting = this.#startLater(inner);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#starting;
    await this.#inner?.stop();
  }

  readiness(): Readiness {
    if (this.#inner === null) return { ready: false, detail: 'Not started yet.' };
    if (this.#waits) return { ready: false, detail: 'Waiting for the event log.' };
    return this.#inner.readiness();
  }

  async reload(): Promise<void> {
    if (!this.#waits) await this.#inner?.reload?.();
  }

  async #startLater(inner: Service): Promise<void> {
    const { clock, log, available } = this.#options;
    const { signal } = this.#stopping;
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#waits = true;
    try {
      await Promise.race([available, stopped]);
      while (!signal.aborted && !(await this.#try(inner))) await clock.sleep(RETRY_MS, signal);
      if (!signal.aborted) log.info({}, 'event log is there, service started');
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#waits = false;
  }

  /** False when it is worth another try. */
  async #try(inner: Service): Promise<boolean> {
    try {
      await inner.start();
      return true;
    } catch (error) {
      if (!isRetriable(error)) throw error;
      this.#options.log.warn({ err: error }, 'waiting for the event log');
      return false;
    }
  }
}
