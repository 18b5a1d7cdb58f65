import { Misfit } from './misfit.ts';
import { fraction } from './timestamp.ts';

/** google.protobuf.Duration spans ±10,000 years. */
const MAX_SECONDS = 315_576_000_000;

const TEXT = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s$/;

/** A span as proto3 JSON writes it, `1.500s`. `seconds` and `nanos` have the same sign. */
export function formatDuration(seconds: number, nanos: number): string | Misfit {
  if (!Number.isInteger(seconds) || !Number.isInteger(nanos)) {
    return new Misfit('bad_duration', `seconds ${seconds} and nanos ${nanos} are no duration`);
  }
  if (Math.abs(seconds) > MAX_SECONDS) {
    return new Misfit('out_of_range', `${seconds} s is more than 10,000 years`);
  }
  if (Math.abs(nanos) > 999_999_999 || (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0)) {
    return new Misfit('bad_duration', `seconds ${seconds} and nanos ${nanos} are no duration`);
  }
  const sign = seconds < 0 || nanos < 0 ? '-' : '';
  return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`;
}

/** Reads `1.5s` and writes it with 0, 3, 6 or 9 digits. */
export function normalizeDuration(text: string): string | Misfit {
  const match = TEXT.exec(text);
  if (match === null) return new Misfit('bad_duration', `${JSON.stringify(text.slice(0, 100))} is no duration`);
  const [, sign, seconds, digits = ''] = match;
  const factor = sign === '-' ? -1 : 1;
  const nanos = Number(digits.padEnd(9, '0'));
  // Not -0, which would print as such.
  return formatDuration(Number(seconds) * factor || 0, nanos * factor || 0);
}
