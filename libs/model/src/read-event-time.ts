import { daysFromCivil, END_EVENT_TIME_MS, type EventTime, MIN_EVENT_TIME_MS } from './event-time.ts';

const DOT = 46;
const ZERO = 48;
const QUOTE = 34;
const MINUS = 45;
const BACKSLASH = 92;

/**
 * Reads the event time out of a JSON value's bytes into `out`; false when it is none (the caller's `bad_timestamp`).
 *
 * An integer is seconds, milliseconds, microseconds or nanoseconds by its magnitude (below 10^11, 10^14, 10^17, above);
 * any other number is decimal seconds, cut off after nanoseconds; a string is RFC 3339 with an offset, `T` or a space
 * between date and time, at most nine digits of a second.
 */
export function readEventTime(bytes: Uint8Array, start: number, end: number, out: EventTime): boolean {
  const first = bytes[start];
  const known =
    first === QUOTE ? readText(bytes, start, end, out) : isNumberStart(first) && readNumber(bytes, start, end, out);
  return known && out.ms >= MIN_EVENT_TIME_MS && out.ms < END_EVENT_TIME_MS;
}

function isNumberStart(c: number | undefined): boolean {
  return c === MINUS || (c !== undefined && c >= ZERO && c <= 57);
}

function readNumber(bytes: Uint8Array, start: number, end: number, out: EventTime): boolean {
  const negative = bytes[start] === MINUS;
  const from = negative ? start + 1 : start;
  const length = end - from;
  if (length > 19) return readOddNumber(bytes, start, end, out);
  // At most 19 digits: the leading ones and the last six each fit a double.
  const split = length > 6 ? end - 6 : from;
  let high = 0;
  let low = 0;
  for (let i = from; i < split; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return readOddNumber(bytes, start, end, out);
    high = high * 10 + digit;
  }
  for (let i = split; i < end; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return readOddNumber(bytes, start, end, out);
    low = low * 10 + digit;
  }
  return setScaled(high, low, negative, out);
}

/** `high * 10^6 + low` units of the magnitude's size, negated when asked. */
function setScaled(high: number, low: number, negative: boolean, out: EventTime): boolean {
  let ms: number;
  let ns: number;
  if (high >= 1e11) {
    ms = high;
    ns = low;
  } else if (high >= 1e8) {
    ms = high * 1000 + Math.floor(low / 1000);
    ns = (low % 1000) * 1000;
  } else if (high >= 1e5) {
    ms = high * 1e6 + low;
    ns = 0;
  } else {
    ms = (high * 1e6 + low) * 1000;
    ns = 0;
  }
  if (negative && (ms !== 0 || ns !== 0)) {
    ms = -ms;
    if (ns !== 0) {
      ms -= 1;
      ns = 1_000_000 - ns;
    }
  }
  out.ms = ms;
  out.ns = ns;
  return true;
}

/** Decimal seconds, exponents and integers of many digits: rare, so exactness before speed. */
function readOddNumber(bytes: Uint8Array, start: number, end: number, out: EventTime): boolean {
  // Longer than any time can be written sensibly; also keeps the bigint below small.
  if (end - start > 64) return false;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?$/.exec(text);
  if (match === null) return false;
  const [, sign, whole = '', fraction, exponent] = match;
  const negative = sign === '-';
  if (fraction === undefined && exponent === undefined) {
    const value = BigInt(whole);
    if (value >= 10n ** 21n) return false;
    return setScaled(Number(value / 1_000_000n), Number(value % 1_000_000n), negative, out);
  }
  const digits = whole + (fraction ?? '');
  const shift = Number(exponent ?? '0') - (fraction?.length ?? 0) + 9;
  if (shift > 32) {
    if (/[1-9]/.test(digits)) return false;
    out.ms = 0;
    out.ns = 0;
    return true;
  }
  const magnitude = shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : cutOff(digits, -shift);
  if (magnitude >= 10n ** 21n) return false;
  const value = negative ? -magnitude : magnitude;
  const ms = value >= 0n ? value / 1_000_000n : -((-value + 999_999n) / 1_000_000n);
  out.ms = Number(ms);
  out.ns = Number(value - ms * 1_000_000n);
  return true;
}

function cutOff(digits: string, places: number): bigint {
  return places >= digits.length ? 0n : BigInt(digits.slice(0, digits.length - places));
}

function readText(bytes: Uint8Array, start: number, end: number, out: EventTime): boolean {
  for (let i = start + 1; i < end - 1; i++) {
    if (bytes[i] === BACKSLASH) {
      const plain = new TextEncoder().encode(
        JSON.parse(new TextDecoder().decode(bytes.subarray(start, end))) as string,
      );
      return readRfc3339(plain, 0, plain.length, out);
    }
  }
  return readRfc3339(bytes, start + 1, end - 1, out);
}

/** RFC 3339, section 5.6, with a space allowed for `T`; leap seconds are refused. */
function readRfc3339(bytes: Uint8Array, start: number, end: number, out: EventTime): boolean {
  if (end - start < 20) return false;
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  const hour = digits(bytes, start + 11, 2);
  const minute = digits(bytes, start + 14, 2);
  const second = digits(bytes, start + 17, 2);
  const t = bytes[start + 10];
  const separated =
    bytes[start + 4] === MINUS &&
    bytes[start + 7] === MINUS &&
    (t === 84 || t === 116 || t === 32) &&
    bytes[start + 13] === 58 &&
    bytes[start + 16] === 58;
  if (!separated || year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  let i = start + 19;
  let nanos = 0;
  if (bytes[i] === DOT) {
    let places = 0;
    for (i++; i < end && places < 10; i++, places++) {
      const digit = (bytes[i] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      nanos = nanos * 10 + digit;
    }
    if (places === 0 || places > 9) return false;
    nanos *= 10 ** (9 - places);
  }
  const offsetMinutes = readOffset(bytes, i, end);
  if (Number.isNaN(offsetMinutes)) return false;
  const seconds = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offsetMinutes * 60;
  out.ms = seconds * 1000 + Math.floor(nanos / 1e6);
  out.ns = nanos % 1e6;
  return true;
}

/** Minutes east of UTC, or NaN. */
function readOffset(bytes: Uint8Array, i: number, end: number): number {
  const c = bytes[i];
  if (c === 90 || c === 122) return i + 1 === end ? 0 : Number.NaN;
  if ((c !== 43 && c !== MINUS) || i + 6 !== end || bytes[i + 3] !== 58) return Number.NaN;
  const hours = digits(bytes, i + 1, 2);
  const minutes = digits(bytes, i + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  return (c === MINUS ? -1 : 1) * (hours * 60 + minutes);
}

/** The value of `count` digits, or -1. */
function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
