import type { LocalReads } from './local-log.ts';

/** Waits for news of the log, for a wake-up or for the time, whichever is first. One waiter waits once at a time. */
export class Waiter {
  readonly #log: LocalReads;
  #wake: (() => void) | null = null;

  constructor(log: LocalReads) {
    this.#log = log;
  }

  async wait(ms: number): Promise<void> {
    const { clock, waiting } = this.#log;
    let cancel: (() => void) | undefined;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
      cancel = clock.schedule(ms, resolve);
      waiting.add(resolve);
    });
    const wake = this.#wake;
    await woken;
    cancel?.();
    if (wake !== null) waiting.delete(wake);
    this.#wake = null;
  }

  wake(): void {
    this.#wake?.();
  }
}
