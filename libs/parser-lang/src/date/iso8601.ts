import { type DateReading, isDigit } from './date-reading.ts';

const DASH = 45;
const COLON = 58;
const BLANK = 32;

/**
 * `ISO8601` and `TIMESTAMP_ISO8601`: a date, extended (`2024-01-31`) or basic (`20240131`); after `T` or a blank a time of
 * day with or without colons, seconds and a fraction (after a point or comma); after that an offset or nothing. A date
 * alone will do.
 */
export function readIso8601(text: string, reading: DateReading): boolean {
  if (!readDate(text, reading)) {
    return false;
  }
  if (reading.at === text.length) {
    return true;
  }
  const separator = text.charCodeAt(reading.at++);
  if ((separator | 32) !== 116 && separator !== BLANK) {
    return false;
  }
  if (!readTime(text, reading)) {
    return false;
  }
  if (reading.at === text.length) {
    return true;
  }
  if (text.charCodeAt(reading.at) === BLANK) {
    reading.at++;
  }
  return readOffset(text, reading) && reading.at === text.length;
}

/** `RFC3339`: date, `T`, time with seconds, perhaps a fraction, and `Z` or an offset with a colon. */
export function readRfc3339(text: string, reading: DateReading): boolean {
  reading.year = reading.digits(text, 4, 4);
  if (reading.year < 0 || !reading.character(text, DASH)) {
    return false;
  }
  reading.month = reading.digits(text, 2, 2);
  if (reading.month < 1 || reading.month > 12 || !reading.character(text, DASH)) {
    return false;
  }
  reading.day = reading.digits(text, 2, 2);
  const separator = text.charCodeAt(reading.at++);
  if (reading.day < 1 || (separator | 32) !== 116) {
    return false;
  }
  reading.hour = reading.digits(text, 2, 2);
  if (reading.hour < 0 || reading.hour > 23 || !reading.character(text, COLON)) {
    return false;
  }
  reading.minute = reading.digits(text, 2, 2);
  if (reading.minute < 0 || reading.minute > 59 || !reading.character(text, COLON)) {
    return false;
  }
  reading.second = reading.digits(text, 2, 2);
  if (reading.second < 0 || reading.second > 59 || !readFraction(text, reading)) {
    return false;
  }
  const isZulu = (text.charCodeAt(reading.at) | 32) === 122;
  const hasColon = text.charCodeAt(reading.at + 3) === COLON;
  return (isZulu || hasColon) && readOffset(text, reading) && reading.at === text.length;
}

function readDate(text: string, reading: DateReading): boolean {
  reading.year = reading.digits(text, 4, 4);
  if (reading.year < 0) {
    return false;
  }
  if (reading.character(text, DASH)) {
    reading.month = reading.digits(text, 1, 2);
    if (!reading.character(text, DASH)) {
      return false;
    }
    reading.day = reading.digits(text, 1, 2);
  } else {
    reading.month = reading.digits(text, 2, 2);
    reading.day = reading.digits(text, 2, 2);
  }
  return reading.month >= 1 && reading.month <= 12 && reading.day >= 1;
}

function readTime(text: string, reading: DateReading): boolean {
  reading.hour = reading.digits(text, 1, 2);
  reading.character(text, COLON);
  reading.minute = reading.digits(text, 2, 2);
  if (reading.hour < 0 || reading.hour > 23 || reading.minute < 0 || reading.minute > 59) {
    return false;
  }
  if (!reading.character(text, COLON) && !isDigit(text, reading.at)) {
    return true;
  }
  reading.second = reading.digits(text, 2, 2);
  return reading.second >= 0 && reading.second <= 59 && readFraction(text, reading);
}

/** A fraction after a point or comma; true where there is none. */
function readFraction(text: string, reading: DateReading): boolean {
  const mark = text.charCodeAt(reading.at);
  if (mark !== 46 && mark !== 44) {
    return true;
  }
  reading.at++;
  return reading.fraction(text, Number.POSITIVE_INFINITY);
}

function readOffset(text: string, reading: DateReading): boolean {
  if (text.charCodeAt(reading.at) === 122) {
    reading.at++;
    reading.offsetSeconds = 0;
    return true;
  }
  return reading.offset(text);
}
