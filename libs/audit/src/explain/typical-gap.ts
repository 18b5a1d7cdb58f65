import type { SideIndex } from '@logweave/correlation';

/** Halves further apart than this have nothing to do with each other. */
const MOST_GAP_MS = 60_000;
const MOST_KEYS = 50_000;
const MOST_GAPS = 20_000;
/** Fewer say nothing about clocks. */
const FEWEST_GAPS = 20;

/** How much later than its request the network event of a connection is, as a rule: what the clocks make of it. */
export class TypicalGap {
  readonly gapsMs: number[] = [];
  readonly #waiting: readonly [Map<string, number>, Map<string, number>] = [new Map(), new Map()];

  /** An event of any key. The first request of a connection counts and no other. */
  observe(side: SideIndex, key: string, ms: number, arrivalMs: number): void {
    if (this.gapsMs.length >= MOST_GAPS) return;
    const [own, other] = side === 0 ? this.#waiting : [this.#waiting[1], this.#waiting[0]];
    const partnerMs = other.get(key);
    if (partnerMs !== undefined) {
      const gapMs = side === 0 ? partnerMs - ms : ms - partnerMs;
      if (Math.abs(gapMs) <= MOST_GAP_MS) this.gapsMs.push(gapMs);
      other.delete(key);
      // Until the next network event of this key its requests are further ones of this connection.
      if (side === 0) own.delete(key);
      return;
    }
    if (side === 0 && arrivalMs - ms > MOST_GAP_MS) return;
    if (own.size >= MOST_KEYS) own.clear();
    if (!own.has(key)) own.set(key, ms);
  }

  /** The median; null when too few were seen. */
  get medianMs(): number | null {
    if (this.gapsMs.length < FEWEST_GAPS) return null;
    const sorted = this.gapsMs.toSorted((one, other) => one - other);
    return sorted[sorted.length >> 1] ?? null;
  }
}
