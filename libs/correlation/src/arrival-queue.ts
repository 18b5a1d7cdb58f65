import type { HeldEvent } from './held-event.ts';

/** How many that are gone stand at the front before it is worth moving the rest. */
const GONE_BEFORE_MOVING = 4096;

/** Events in the order in which they came; only kept where the oldest may have to be evicted. */
export class ArrivalQueue {
  #events: HeldEvent[] = [];
  #gone = 0;

  push(event: HeldEvent): void {
    this.#events.push(event);
  }

  /** The oldest that is still held. */
  takeOldest(): HeldEvent | undefined {
    for (;;) {
      const event = this.#events[this.#gone];
      if (event === undefined) return undefined;
      this.#gone++;
      if (this.#gone > GONE_BEFORE_MOVING && this.#gone * 2 > this.#events.length) {
        this.#events = this.#events.slice(this.#gone);
        this.#gone = 0;
      }
      if (!event.released) return event;
    }
  }
}
