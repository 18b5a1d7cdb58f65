import type { Clock } from '@logweave/model';

/** Waits between tries: short at first, since a broker is mostly done in a moment, doubling up to a bound. */
export class Backoff {
  readonly #clock: Clock;
  readonly #firstMs: number;
  readonly #lastMs: number;
  #nextMs: number;

  constructor(clock: Clock, firstMs: number, lastMs: number) {
    this.#clock = clock;
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
    this.#nextMs = firstMs;
  }

  async wait(signal?: AbortSignal): Promise<void> {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(ms * 2, this.#lastMs);
    await this.#clock.sleep(ms, signal);
  }

  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
