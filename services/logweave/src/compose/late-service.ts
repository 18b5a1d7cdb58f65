import type { Readiness, Service } from '@logweave/service-kit';

/**
 * A service that is made when it starts: what it is made from is there only when the stages before it have started.
 * @throws whatever `create` throws, at the start.
 */
export function lateService(name: string, create: () => Service): Service {
  return new LateService(name, create);
}

class LateService implements Service {
  readonly name: string;
  readonly failure: Promise<Error>;
  readonly #create: () => Service;
  readonly #fail: (error: Promise<Error>) => void;
  #inner: Service | null = null;

  constructor(name: string, create: () => Service) {
    this.name = name;
    this.#create = create;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failure = promise;
    this.#fail = resolve;
  }

  async start(): Promise<void> {
    this.#inner = this.#create();
    this.#fail(this.#inner.failure);
    await this.#inner.start();
  }

  async stop(): Promise<void> {
    await this.#inner?.stop();
  }

  readiness(): Readiness {
    return this.#inner?.readiness() ?? { ready: false, detail: 'Not started yet.' };
  }

  async reload(): Promise<void> {
    await this.#inner?.reload?.();
  }
}
