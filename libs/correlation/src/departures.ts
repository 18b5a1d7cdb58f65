import type { SideIndex } from './held-event.ts';

/** When events of a key left: per side the highest event time that left, and that left matched. For reasons. */
export class Departures {
  aMs = Number.NEGATIVE_INFINITY;
  aNs = 0;
  bMs = Number.NEGATIVE_INFINITY;
  bNs = 0;
  matchedAMs = Number.NEGATIVE_INFINITY;
  matchedANs = 0;
  matchedBMs = Number.NEGATIVE_INFINITY;
  matchedBNs = 0;

  note(side: SideIndex, ms: number, ns: number, matched: boolean): void {
    if (side === 0) {
      if ((ms - this.aMs) * 1e6 + (ns - this.aNs) > 0) {
        this.aMs = ms;
        this.aNs = ns;
      }
      if (matched && (ms - this.matchedAMs) * 1e6 + (ns - this.matchedANs) > 0) {
        this.matchedAMs = ms;
        this.matchedANs = ns;
      }
    } else {
      if ((ms - this.bMs) * 1e6 + (ns - this.bNs) > 0) {
        this.bMs = ms;
        this.bNs = ns;
      }
      if (matched && (ms - this.matchedBMs) * 1e6 + (ns - this.matchedBNs) > 0) {
        this.matchedBMs = ms;
        this.matchedBNs = ns;
      }
    }
  }
}

/** Of a key that nothing has left. */
export const NO_DEPARTURES: Readonly<Departures> = new Departures();
