import type { Clock } from '@logweave/model';

/** The life of a simulated process: once it has ended, its timers do not fire and nothing it awaits comes back. */
export class ProcessLife {
  /** The world's clock as long as the process lives. */
  readonly clock: Clock;
  #ended = false;

  constructor(clock: Clock) {
    this.clock = {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      schedule: (delayMs, run) => clock.schedule(delayMs, () => this.#ended || run()),
      sleep: async (delayMs, signal) => {
        await clock.sleep(delayMs, signal);
        await this.alive();
      },
    };
  }

  end(): void {
    this.#ended = true;
  }

  /** Goes on at once, or never. */
  alive(): Promise<void> {
    return this.#ended ? new Promise(() => {}) : Promise.resolve();
  }

  sleep(ms: number): Promise<void> {
    return this.clock.sleep(ms);
  }
}
