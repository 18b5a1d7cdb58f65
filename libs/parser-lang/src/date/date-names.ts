import type { DateReading } from './date-reading.ts';

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** From the first three letters of a name, in small letters, to its place in its list (from 1) and to the whole name. */
const monthsByStart = byStart(MONTHS);
const daysByStart = byStart(DAYS);

function byStart(names: readonly string[]): ReadonlyMap<number, readonly [place: number, name: string]> {
  return new Map(names.map((name, index) => [startCode(name, 0), [index + 1, name]]));
}

/** Three letters as one number, in any case. */
function startCode(text: string, at: number): number {
  const fold = 32;
  return (
    ((text.charCodeAt(at) | fold) << 16) | ((text.charCodeAt(at + 1) | fold) << 8) | (text.charCodeAt(at + 2) | fold)
  );
}

/** Reads an English month, by its whole name or its first three letters, in any case. */
export function readMonthName(text: string, reading: DateReading): boolean {
  const month = readName(monthsByStart, text, reading);
  if (month > 0) {
    reading.month = month;
  }
  return month > 0;
}

/** Reads an English day of the week, likewise; it has no effect, right or wrong. */
export function readDayName(text: string, reading: DateReading): boolean {
  return readName(daysByStart, text, reading) > 0;
}

function readName(
  names: ReadonlyMap<number, readonly [place: number, name: string]>,
  text: string,
  reading: DateReading,
): number {
  if (reading.at + 3 > text.length) {
    return 0;
  }
  const found = names.get(startCode(text, reading.at));
  if (found === undefined) {
    return 0;
  }
  const [place, name] = found;
  const isLong = isLetter(text, reading.at + 3) && startsWithAnyCase(text, reading.at, name);
  reading.at += isLong ? name.length : 3;
  return place;
}

function startsWithAnyCase(text: string, at: number, small: string): boolean {
  return text.slice(at, at + small.length).toLowerCase() === small;
}

function isLetter(text: string, index: number): boolean {
  const code = text.charCodeAt(index) | 32;
  return code >= 97 && code <= 122;
}

/** Reads AM or PM in any case. */
export function readMeridiem(text: string, reading: DateReading): boolean {
  const first = text.charCodeAt(reading.at) | 32;
  const second = text.charCodeAt(reading.at + 1) | 32;
  if (second !== 109 || (first !== 97 && first !== 112)) {
    return false;
  }
  reading.meridiem = first === 97 ? 'am' : 'pm';
  reading.at += 2;
  return true;
}

const zoneName = /[A-Za-z]{1,5}(?:[+-]\d{1,2}(?::?\d{2})?)?(?![A-Za-z/_])|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+/y;

/** Reads a zone: an abbreviation (`CEST`), `GMT+2` or an IANA name, all without effect; `UTC`, `GMT` or an offset count. */
export function readZoneName(text: string, reading: DateReading): boolean {
  const first = text.charCodeAt(reading.at);
  if (first === 43 || first === 45) {
    return reading.offset(text);
  }
  zoneName.lastIndex = reading.at;
  const name = zoneName.exec(text)?.[0];
  if (name === undefined) {
    return false;
  }
  reading.at += name.length;
  if (name === 'UTC' || name === 'GMT' || name === 'Z') {
    reading.offsetSeconds = 0;
  }
  return true;
}
