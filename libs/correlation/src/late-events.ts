import type { EventTime } from '@logweave/model';
import { type HeldEvent, LATE, momentAfter } from './held-event.ts';
import type { CorrelationRules } from './rules.ts';

/**
 * Marks an event below the watermark. One whose arrival is not below it was logged late, as servers do with slow
 * requests, and the ordinary rules hold, except that no moment of it counts as earlier than the watermark. One that
 * arrived before was delayed on its way, and its other half may be as well: it waits for `late_grace`.
 */
export function markLate(event: HeldEvent, watermark: EventTime, rules: CorrelationRules): void {
  const { ms, ns } = watermark;
  const delayed = event.arrivalMs !== 0 && (event.arrivalMs - ms) * 1e6 - ns < 0;
  event.late = delayed ? LATE.delayed : LATE.logged;
  event.floor = momentAfter(ms, ns, delayed ? rules.lateGraceNs : 0);
  event.windowMissed = (ms - event.ms) * 1e6 + (ns - event.ns) > windowNs(event, rules);
}

/** From an event's time to the end of its own window. */
function windowNs(event: HeldEvent, rules: CorrelationRules): number {
  if (rules.mode === 'one_to_one') return event.side === 0 ? rules.afterNs : rules.beforeNs;
  return event.side === 0 ? Math.max(rules.afterNs, rules.skewNs) : rules.networkTtlNs + rules.skewNs;
}
