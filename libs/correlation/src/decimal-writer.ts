import { toEventTimeNs } from '@logweave/model';

const ZERO = 48;
const DOT = 46;

/** Writes a whole number from 0 to 2^53 in decimal; answers the position after it. */
export function writeInteger(out: Uint8Array, position: number, value: number): number {
  if (value >= 1e9) {
    const high = Math.floor(value / 1e9);
    return writePadded(out, writeInteger(out, position, high), value - high * 1e9, 9);
  }
  let digits = 1;
  for (let limit = 10; digits < 9 && value >= limit; limit *= 10) digits++;
  return writePadded(out, position, value, digits);
}

/** Writes a whole number below 10^9 with leading zeros up to `digits`. */
export function writePadded(out: Uint8Array, position: number, value: number, digits: number): number {
  let rest = value | 0;
  for (let i = position + digits - 1; i >= position; i--) {
    const next = (rest / 10) | 0;
    out[i] = ZERO + rest - next * 10;
    rest = next;
  }
  return position + digits;
}

/** Writes `.` and the digits of `value / 10^digits` without the zeros at its end; nothing when it is 0. */
export function writeFraction(out: Uint8Array, position: number, value: number, digits: number): number {
  if (value === 0) return position;
  out[position] = DOT;
  let end = writePadded(out, position + 1, value, digits);
  while (out[end - 1] === ZERO) end--;
  return end;
}

/** Writes an event time as nanoseconds since the epoch. */
export function writeEventTimeNs(out: Uint8Array, position: number, ms: number, ns: number): number {
  if (ms > 0) return writePadded(out, writeInteger(out, position, ms), ns, 6);
  if (ms === 0) return writeInteger(out, position, ns);
  // Before 1970: floor and sign run against each other, and nobody is in a hurry.
  const text = String(toEventTimeNs({ ms, ns }));
  for (let i = 0; i < text.length; i++) out[position + i] = text.charCodeAt(i);
  return position + text.length;
}

/** Writes whole nanoseconds as milliseconds, with as many decimals as they need. */
export function writeNsAsMs(out: Uint8Array, position: number, ns: number): number {
  const rest = ns % 1e6;
  return writeFraction(out, writeInteger(out, position, Math.round((ns - rest) / 1e6)), rest, 6);
}
