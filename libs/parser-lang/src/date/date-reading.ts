import type { Instant } from '../log-parser.ts';
import { daysFromCivil, daysInMonth } from './civil-time.ts';

/** What a format has read of a text so far. One object serves one text after another; `reset` clears it. */
export class DateReading {
  /** The index of the next character to read. */
  at = 0;
  /** -1 where the format has no year. */
  year = -1;
  month = 1;
  day = 1;
  hour = 0;
  minute = 0;
  second = 0;
  nanos = 0;
  meridiem: 'am' | 'pm' | undefined;
  /** East of Greenwich; undefined where the text names no offset. */
  offsetSeconds: number | undefined;
  /** A time that was read as such rather than by its calendar fields. */
  instant: Instant | undefined;

  reset(): void {
    this.at = 0;
    this.year = -1;
    this.month = 1;
    this.day = 1;
    this.hour = 0;
    this.minute = 0;
    this.second = 0;
    this.nanos = 0;
    this.meridiem = undefined;
    this.offsetSeconds = undefined;
    this.instant = undefined;
  }

  /** Reads the digits ahead, `max` at most. -1 where they are fewer than `min`. */
  digits(text: string, min: number, max: number): number {
    const start = this.at;
    let value = 0;
    while (this.at - start < max) {
      const digit = text.charCodeAt(this.at) - 48;
      if (!(digit >= 0 && digit <= 9)) {
        break;
      }
      value = value * 10 + digit;
      this.at++;
    }
    return this.at - start < min ? -1 : value;
  }

  /** Reads one character if it is the one given. */
  character(text: string, code: number): boolean {
    if (text.charCodeAt(this.at) !== code) {
      return false;
    }
    this.at++;
    return true;
  }

  /** Reads digits of a fraction, `max` at most; those beyond nanoseconds are cut off. */
  fraction(text: string, max: number): boolean {
    const start = this.at;
    let nanos = 0;
    let unit = 100_000_000;
    while (this.at - start < max) {
      const digit = text.charCodeAt(this.at) - 48;
      if (!(digit >= 0 && digit <= 9)) {
        break;
      }
      nanos += digit * unit;
      unit = Math.floor(unit / 10);
      this.at++;
    }
    this.nanos = nanos;
    return this.at > start;
  }

  /** Reads `Z`, `+hh`, `+hhmm` or `+hh:mm`. */
  offset(text: string): boolean {
    if (this.character(text, 90)) {
      this.offsetSeconds = 0;
      return true;
    }
    const sign = text.charCodeAt(this.at);
    if (sign !== 43 && sign !== 45) {
      return false;
    }
    this.at++;
    const hours = this.digits(text, 2, 2);
    const colon = this.character(text, 58);
    const minutes = colon || isDigit(text, this.at) ? this.digits(text, 2, 2) : 0;
    if (hours < 0 || hours > 24 || minutes < 0 || minutes > 59) {
      return false;
    }
    const seconds = hours * 3600 + minutes * 60;
    this.offsetSeconds = sign === 45 && seconds !== 0 ? -seconds : seconds;
    return true;
  }

  /** Seconds since the epoch of the fields as if they were UTC. */
  localSeconds(year: number): number {
    return daysFromCivil(year, this.month, this.day) * 86_400 + this.hour * 3600 + this.minute * 60 + this.second;
  }

  /** Whether the fields are a date of the calendar, after the hour is set right by AM or PM. */
  settle(): boolean {
    if (this.meridiem === 'pm' && this.hour < 12) {
      this.hour += 12;
    } else if (this.meridiem === 'am' && this.hour === 12) {
      this.hour = 0;
    }
    // Without a year the leap day passes: the year that it gets may have one.
    return this.day <= daysInMonth(this.year < 0 ? 0 : this.year, this.month);
  }
}

export function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}
