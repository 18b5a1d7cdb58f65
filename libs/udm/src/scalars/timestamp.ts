import { Misfit } from './misfit.ts';

/** google.protobuf.Timestamp spans 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z. */
const MIN_SECONDS = -62_135_596_800;
const MAX_SECONDS = 253_402_300_799;

const RFC_3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))$/;

/** Nanoseconds with 0, 3, 6 or 9 digits behind a point, as proto3 JSON writes them. */
export function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  if (digits.endsWith('000000')) return `.${digits.slice(0, 3)}`;
  if (digits.endsWith('000')) return `.${digits.slice(0, 6)}`;
  return `.${digits}`;
}

const DAY_SECONDS = 86_400;

// The date of the day that was asked for last: events come in order of time, mostly.
let lastDay = 0;
let lastDate = '1970-01-01';

function dateOf(day: number): string {
  if (day !== lastDay) {
    lastDate = new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
    lastDay = day;
  }
  return lastDate;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** A moment as RFC 3339 in UTC. `seconds` since the epoch and `nanos` (0–999,999,999) above them. */
export function formatTimestamp(seconds: number, nanos: number): string | Misfit {
  if (!(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS)) {
    return new Misfit('out_of_range', `${seconds} s is not between the years 1 and 9999`);
  }
  if (!Number.isInteger(seconds) || !(nanos >= 0 && nanos <= 999_999_999) || !Number.isInteger(nanos)) {
    return new Misfit('bad_timestamp', `seconds ${seconds} and nanos ${nanos} are no timestamp`);
  }
  const day = Math.floor(seconds / DAY_SECONDS);
  const ofDay = seconds - day * DAY_SECONDS;
  const hour = twoDigits(Math.floor(ofDay / 3600));
  const minute = twoDigits(Math.floor(ofDay / 60) % 60);
  return `${dateOf(day)}T${hour}:${minute}:${twoDigits(ofDay % 60)}${fraction(nanos)}Z`;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** Reads RFC 3339 with any offset and writes it in UTC with 0, 3, 6 or 9 digits. */
export function normalizeTimestamp(text: string): string | Misfit {
  const match = RFC_3339.exec(text);
  if (match === null) {
    return new Misfit('bad_timestamp', `${JSON.stringify(text.slice(0, 100))} is no RFC 3339 timestamp`);
  }
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6]);
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  const exists =
    year > 0 &&
    day > 0 &&
    day <= daysIn(year, month) &&
    hour < 24 &&
    minute < 60 &&
    second < 60 &&
    offsetHours < 24 &&
    offsetMinutes < 60;
  if (!exists) return new Misfit('bad_timestamp', `${JSON.stringify(text)} is no time that exists`);
  const nanos = Number((match[7] ?? '').padEnd(9, '0'));
  const offset = (offsetHours * 60 + offsetMinutes) * (match[8] === '-' ? -60 : 60);
  if (offset === 0) return `${text.slice(0, 10)}T${text.slice(11, 19)}${fraction(nanos)}Z`;
  // Not Date.UTC, which takes the years below 100 for those of the last century.
  const dayStart = new Date(0).setUTCFullYear(year, month - 1, day) / 1000;
  return formatTimestamp(dayStart + hour * 3600 + minute * 60 + second - offset, nanos);
}
