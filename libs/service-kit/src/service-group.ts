import type { Logger } from './logger.ts';
import type { Service } from './service.ts';

export interface ServiceReadiness {
  readonly name: string;
  readonly ready: boolean;
  readonly detail: string;
}

export interface GroupReadiness {
  readonly ready: boolean;
  readonly services: readonly ServiceReadiness[];
}

export interface ServiceFailure {
  readonly service: string;
  readonly error: Error;
}

/**
 * Services that live together. Stages start one after the other, the services of a stage at once; they stop in the
 * reverse order. So what takes input stands in the last stage: it starts when everything behind it works and stops first.
 */
export class ServiceGroup {
  /** The first service that cannot go on. Never rejects. */
  readonly failure: Promise<ServiceFailure>;
  readonly #stages: readonly (readonly Service[])[];
  readonly #log: Logger;
  /** Stages of which a start was tried, first ones first. */
  readonly #begun: (readonly Service[])[] = [];
  #state: 'new' | 'starting' | 'running' | 'stopping' = 'new';
  #starting: Promise<void> = Promise.resolve();
  #stopped: Promise<boolean> | null = null;

  constructor(stages: readonly (readonly Service[])[], log: Logger) {
    this.#stages = stages;
    this.#log = log;
    this.failure = Promise.race(
      stages.flat().map(async (service) => ({ service: service.name, error: await service.failure })),
    );
  }

  /**
   * Resolves when every service works, or early when `stop` was called meanwhile.
   * @throws Error of the first that cannot start; the caller then stops the group.
   */
  start(): Promise<void> {
    this.#state = 'starting';
    this.#starting = this.#start();
    return this.#starting;
  }

  /** Stops everything, also what is only just starting. False when a service could not stop cleanly. Idempotent. */
  stop(): Promise<boolean> {
    this.#state = 'stopping';
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Lets every service reopen and read again; one that fails goes on with what it has. */
  async reload(): Promise<void> {
    for (const service of this.#stages.flat()) {
      try {
        await service.reload?.();
      } catch (error) {
        this.#log.error({ service: service.name, err: error }, 'reload failed');
      }
    }
  }

  readiness(): GroupReadiness {
    const services = this.#stages.flat().map((service) => ({ name: service.name, ...service.readiness() }));
    return { ready: this.#state === 'running' && services.every(({ ready }) => ready), services };
  }

  async #start(): Promise<void> {
    for (const stage of this.#stages) {
      if (this.#stopped !== null) return;
      this.#begun.push(stage);
      const results = await Promise.allSettled(stage.map((service) => service.start()));
      for (const [i, result] of results.entries()) {
        const name = stage[i]?.name ?? '';
        if (result.status === 'rejected') throw startError(name, result.reason);
        this.#log.info({ service: name }, 'service started');
      }
    }
    if (this.#stopped === null) this.#state = 'running';
  }

  async #stop(): Promise<boolean> {
    // Whoever called `start` is told of its failure; here only its end counts.
    await Promise.allSettled([this.#starting]);
    let clean = true;
    for (const stage of this.#begun.toReversed()) {
      const results = await Promise.allSettled(stage.map((service) => service.stop()));
      for (const [i, result] of results.entries()) {
        const service = stage[i]?.name;
        if (result.status === 'fulfilled') {
          this.#log.info({ service }, 'service stopped');
        } else {
          clean = false;
          this.#log.error({ service, err: result.reason }, 'service did not stop cleanly');
        }
      }
    }
    return clean;
  }
}

function startError(service: string, reason: unknown): Error {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new Error(`${service}: ${message}`, { cause: reason });
}
