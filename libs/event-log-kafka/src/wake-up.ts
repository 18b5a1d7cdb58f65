import type { Clock } from '@logweave/model';

/** Lets one wait for news or for the time. News that came while nobody waited ends the next wait at once. */
export class WakeUp {
  readonly #clock: Clock;
  #pending = false;
  #resolve: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  notify(): void {
    if (this.#resolve === null) this.#pending = true;
    else this.#resolve();
  }

  async wait(ms: number): Promise<void> {
    if (this.#pending) {
      this.#pending = false;
      return;
    }
    let cancel: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
      cancel = this.#clock.schedule(ms, resolve);
    });
    this.#resolve = null;
    cancel?.();
  }
}
