const MIB = 1024 * 1024;

/** What the heap may hold more in the last quarter of a run than in the third: caches that have a bound fill slowly. */
const MOST_GROWTH_MIB = 32;
/** How many points of the curve are reported. */
const CURVE_POINTS = 8;

export interface HeapReport {
  readonly samples: number;
  /** Medians of what is in use after a collection, over equal parts of the run. */
  readonly curveMib: readonly number[];
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
    const { length } = this.#used;
    const part = (of: number, at: number): number =>
      median(this.#used.slice(Math.floor((length * at) / of), Math.ceil((length * (at + 1)) / of))) / MIB;
    const growth = part(4, 3) - part(4, 2);
    return {
      samples: length,
      curveMib: Array.from({ length: CURVE_POINTS }, (_, at) => round(part(CURVE_POINTS, at))),
      peakRssMib: round(this.#peakRss / MIB),
      // A few samples are noise.
      flat: length < CURVE_POINTS || globalThis.gc === undefined || growth < MOST_GROWTH_MIB,
    };
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
