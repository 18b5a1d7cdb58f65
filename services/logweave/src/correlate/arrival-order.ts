import type { Correlation, SideIndex } from '@logweave/correlation';

/** The order in which the engine is given the events of two files. Each file keeps its own. */
export type Arrival =
  | { readonly kind: 'time' }
  | { readonly kind: 'http-first' }
  | { readonly kind: 'network-first' }
  | { readonly kind: 'shuffle'; readonly seed: number };

/** @throws RangeError for people. */
export function parseArrival(text: string): Arrival {
  if (text === 'time' || text === 'http-first' || text === 'network-first') return { kind: text };
  const match = /^shuffle:(\d{1,9})$/.exec(text);
  if (match === null) throw new RangeError(`'${text}' is none of time, http-first, network-first, shuffle:SEED`);
  return { kind: 'shuffle', seed: Number(match[1]) };
}

/** Says whose turn it is while both files have lines left. */
export type NextSide = () => SideIndex;

/**
 * `time` takes the file whose highest event time so far is lower: both advance together, so what is held follows the
 * window. That needs no look ahead, and so no line is read twice; a line that is no event moves nothing on, and its
 * file has the next turn as well.
 */
export function nextSideOf(arrival: Arrival, correlation: Correlation): NextSide {
  switch (arrival.kind) {
    case 'time': {
      const [a, b] = correlation.watermark.inputs;
      return () => (a.ms < b.ms || (a.ms === b.ms && a.ns <= b.ns) ? 0 : 1);
    }
    case 'http-first':
      return () => 0;
    case 'network-first':
      return () => 1;
    case 'shuffle': {
      const random = seededRandom(arrival.seed);
      return () => (random() < 0.5 ? 0 : 1);
    }
    default:
      throw new TypeError(`unknown order ${String(arrival satisfies never)}`);
  }
}

/** Mulberry32: small, and the same everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
