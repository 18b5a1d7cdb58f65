/** A pause of both inputs that is long enough for a process to stop and start in it. */
const GAP_MS = 200;
/** Pauses that are remembered: those that a group which is still open can span. */
const REMEMBERED = 50_000;

/** Where nothing arrived, so that a graceful stop may have ended the input there. */
export class QuietGaps {
  /** Beginning and end of each, rising. */
  readonly #gaps: { readonly fromMs: number; readonly toMs: number }[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;

  /** An event of either input arrived. */
  observe(arrivalMs: number): void {
    if (arrivalMs - this.#lastMs >= GAP_MS && this.#lastMs !== Number.NEGATIVE_INFINITY) {
      this.#gaps.push({ fromMs: this.#lastMs, toMs: arrivalMs });
      if (this.#gaps.length > REMEMBERED) this.#gaps.splice(0, REMEMBERED / 2);
    }
    if (arrivalMs > this.#lastMs) this.#lastMs = arrivalMs;
  }

  /** Whether one lies between two arrivals. */
  between(earlierMs: number, laterMs: number): boolean {
    let low = 0;
    let high = this.#gaps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#gaps[middle] as { fromMs: number }).fromMs < earlierMs) low = middle + 1;
      else high = middle;
    }
    const gap = this.#gaps[low];
    return gap !== undefined && gap.toMs <= laterMs;
  }
}
