/** The share of failures among the last logs of one type, with one parser. */
export class FailureGuard {
  readonly #failed: Uint8Array;
  readonly #maxFailures: number;
  #at = 0;
  #seen = 0;
  #failures = 0;

  /** `logs`: how many of the last ones count. It trips from `failureRatio` of them on, and not before as many were seen. */
  constructor({ logs, failureRatio }: { readonly logs: number; readonly failureRatio: number }) {
    this.#failed = new Uint8Array(logs);
    this.#maxFailures = Math.max(1, Math.ceil(logs * failureRatio));
  }

  add(failed: boolean): void {
    const value = failed ? 1 : 0;
    this.#failures += value - (this.#failed[this.#at] ?? 0);
    this.#failed[this.#at] = value;
    this.#at = (this.#at + 1) % this.#failed.length;
    if (this.#seen < this.#failed.length) this.#seen++;
  }

  get tripped(): boolean {
    return this.#seen === this.#failed.length && this.#failures >= this.#maxFailures;
  }

  get failures(): number {
    return this.#failures;
  }

  get logs(): number {
    return this.#seen;
  }
}
