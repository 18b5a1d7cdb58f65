const MIB = 1024 * 1024;

/** What the heap may hold more at the end than after it had warmed up: compiled code and caches that have a bound. */
const MOST_GROWTH_MIB = 32;

export interface HeapReport {
  readonly samples: number;
  /** Medians of what is in use after a collection: over the second quarter of the run, and the last. */
  readonly earlyMib: number;
  readonly lateMib: number;
  readonly peakRssMib: number;
  readonly flat: boolean;
}

/** Watches what the heap holds after collections. Without `--expose-gc` there are none, and it tells nothing. */
export class HeapSamples {
  readonly #used: number[] = [];
  #peakRss = 0;

  take(): void {
    globalThis.gc?.();
    const { heapUsed, rss, external } = process.memoryUsage();
    this.#used.push(heapUsed + external);
    this.#peakRss = Math.max(this.#peakRss, rss);
  }

  report(): HeapReport {
    const quarter = Math.floor(this.#used.length / 4);
    const early = median(this.#used.slice(quarter, 2 * quarter)) / MIB;
    const late = median(this.#used.slice(3 * quarter)) / MIB;
    return {
      samples: this.#used.length,
      earlyMib: round(early),
      lateMib: round(late),
      peakRssMib: round(this.#peakRss / MIB),
      // A few samples are noise.
      flat: this.#used.length < 8 || globalThis.gc === undefined || late - early < MOST_GROWTH_MIB,
    };
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
