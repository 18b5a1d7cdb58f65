import { Correlation, type CorrelationRules, type SideIndex } from '@logweave/correlation';
import type { KeyEvent } from './key-events.ts';

/** Moments that are tried; more of one key would take long, and explain nothing. */
const MOST_MOMENTS = 20_000;

/**
 * The moment of event time at which each event is decided when none is late, by `side/offset`, in milliseconds since the
 * epoch: time is moved on from one moment that the rules know to the next, and what leaves was decided there.
 */
export function decisionTimes(events: readonly KeyEvent[], rules: CorrelationRules): ReadonlyMap<string, number> {
  const decided = new Map<string, number>();
  const baseMs = events[0]?.time?.ms ?? 0;
  let nowMs = 0;
  const byTime = events
    .flatMap((event) => (event.time === null ? [] : [{ ...event, atNs: nsAfter(baseMs, event.time) }]))
    .sort((one, other) => one.atNs - other.atNs || one.offset - other.offset);
  // The engine takes positions that rise, so an event's place in time is its position here.
  const note = (side: SideIndex, place: number): void => {
    const name = `${side}/${byTime[place]?.offset}`;
    if (!decided.has(name)) decided.set(name, nowMs);
  };
  const engine = new Correlation(
    { ...rules, latenessNs: 0, emitOrphans: { A: true, B: true }, overflow: 'pause' },
    {
      pair: (a, b) => {
        note(0, a.offset);
        note(1, b.offset);
      },
      orphan: ({ side, offset }) => note(side, offset),
    },
  );
  const moments = momentsOf(byTime, rules);
  let next = 0;
  for (const moment of moments) {
    for (let event = byTime[next]; event !== undefined && event.atNs <= moment; event = byTime[++next]) {
      const { side, arrivalMs, bytes } = event;
      engine.add(side, next, arrivalMs, bytes, 0, bytes.length);
    }
    nowMs = baseMs + moment / 1e6;
    const ms = Math.floor(moment / 1e6);
    const ns = moment - ms * 1e6 + 1;
    engine.watermark.observe(0, baseMs + ms, ns, null);
    engine.watermark.observe(1, baseMs + ms, ns, null);
    engine.advance(0);
  }
  return decided;
}

function nsAfter(baseMs: number, { ms, ns }: { readonly ms: number; readonly ns: number }): number {
  return (ms - baseMs) * 1e6 + ns;
}

/** Every moment at which the rules can decide any of the events, in nanoseconds after the base, rising. */
function momentsOf(
  events: readonly { readonly side: SideIndex; readonly atNs: number }[],
  rules: CorrelationRules,
): readonly number[] {
  const { mode, beforeNs, afterNs, skewNs, networkTtlNs } = rules;
  const moments = new Set<number>();
  for (const { side, atNs } of events) {
    moments.add(atNs);
    if (mode === 'one_to_one') {
      moments.add(atNs + (side === 0 ? afterNs : beforeNs));
      for (const other of events) {
        const distanceNs = Math.abs(other.atNs - atNs);
        if (other.side === side || distanceNs > Math.max(beforeNs, afterNs) || moments.size > MOST_MOMENTS) continue;
        moments.add(Math.max(atNs, other.atNs) + distanceNs);
      }
    } else {
      moments.add(atNs + skewNs);
      moments.add(atNs + Math.max(afterNs, skewNs));
      moments.add(atNs + networkTtlNs + skewNs);
    }
  }
  return [...moments].sort((one, other) => one - other).slice(0, MOST_MOMENTS);
}
