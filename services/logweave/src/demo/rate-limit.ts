import type { Clock } from '@logweave/model';

/** Lets so many lines through in each span of time and counts the others, so that a reader can follow. */
export class RateLimit {
  readonly #perSpan: number;
  readonly #spanMs: number;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #spanEndsMs = Number.NEGATIVE_INFINITY;
  #passed = 0;
  #heldBack = 0;

  constructor(perSpan: number, spanMs: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#perSpan = perSpan;
    this.#spanMs = spanMs;
    this.#clock = clock;
  }

  /** How many were held back since the last one that passed, when this one may pass; null when it may not. */
  pass(): number | null {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#spanEndsMs) {
      this.#spanEndsMs = nowMs + this.#spanMs;
      this.#passed = 0;
    }
    if (this.#passed >= this.#perSpan) {
      this.#heldBack++;
      return null;
    }
    this.#passed++;
    const heldBack = this.#heldBack;
    this.#heldBack = 0;
    return heldBack;
  }

  /** How many were held back since the last one that passed. */
  get heldBack(): number {
    return this.#heldBack;
  }
}
