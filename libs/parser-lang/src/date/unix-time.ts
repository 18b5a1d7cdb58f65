import type { DateReading } from './date-reading.ts';

/** `UNIX`: seconds since the epoch, with a fraction or an exponent or neither; exact to the nanosecond. */
export function readUnixSeconds(text: string, reading: DateReading): boolean {
  const match = /^([+-]?)(\d{1,19})(?:\.(\d*))?(?:[eE]\+?(\d{1,2}))?$/.exec(text);
  if (match === null) {
    return false;
  }
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  const digits = whole + fraction.padEnd(shift, '0').slice(0, shift);
  const nanos = Number(fraction.slice(shift, shift + 9).padEnd(9, '0'));
  setInstant(reading, Number(digits), nanos, sign === '-');
  return true;
}

/** `UNIX_MS`: whole milliseconds since the epoch. */
export function readUnixMillis(text: string, reading: DateReading): boolean {
  if (!/^[+-]?\d{1,19}$/.test(text)) {
    return false;
  }
  const isSigned = text.startsWith('-') || text.startsWith('+');
  const millis = Number(isSigned ? text.slice(1) : text);
  setInstant(reading, Math.floor(millis / 1000), (millis % 1000) * 1_000_000, text.startsWith('-'));
  return true;
}

function setInstant(reading: DateReading, seconds: number, nanos: number, negative: boolean): void {
  if (!negative) {
    reading.instant = { seconds, nanos };
  } else if (nanos === 0) {
    reading.instant = { seconds: 0 - seconds, nanos };
  } else {
    reading.instant = { seconds: -seconds - 1, nanos: 1_000_000_000 - nanos };
  }
}
