import { formatRfc3339 } from '@logweave/model';
import type { ExplainedEvent, ExplainedOutcome } from './explanation.ts';

/** Where an event stands, without the prefix of the topics. */
export function placeName({ topic, partition, offset }: ExplainedEvent): string {
  return `${topic.slice(topic.lastIndexOf('.') + 1)}/${partition}/${offset}`;
}

/** For people. */
export function outcomeText(outcome: ExplainedOutcome): string {
  switch (outcome.kind) {
    case 'matched':
      return `a match with offset ${outcome.partner}`;
    case 'orphan':
      return `an orphan${outcome.reason === null ? '' : ` (${outcome.reason})`}`;
    case 'filtered':
      return `left out (${outcome.reason})`;
    case 'dead_letter':
      return `a dead letter (${outcome.reason})`;
    default:
      throw new TypeError(`unknown outcome ${String(outcome satisfies never)}`);
  }
}

/** A duration for people. */
export function spanText(ms: number): string {
  if (ms < 1000) return `${trimmed(ms)} ms`;
  return `${trimmed(ms / 1000)} s`;
}

function trimmed(number: number): string {
  return String(Number(number.toPrecision(number < 1000 ? 4 : 6)));
}

/** A setting that has some room: tenths of a second below ten, whole seconds above. */
export function roundUp(ms: number): string {
  if (ms < 1000) return `${Math.ceil((ms + 1) / 10) * 10} ms`;
  const step = ms < 10_000 ? 100 : 1000;
  return `${(Math.ceil((ms + 1) / step) * step) / 1000} s`;
}

/** RFC 3339 of milliseconds since the epoch, to the microsecond. */
export function timeText(ms: number): string {
  const whole = Math.floor(ms);
  return formatRfc3339(whole, Math.round((ms - whole) * 1000) * 1000);
}
