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

/** A moment as RFC 3339 in UTC. `seconds` since the epoch and `nanos` (0–999,999,999) above them. */
export function formatTimestamp(seconds: number, nanos: number): string | Misfit {
  if (!(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS)) {
    return new Misfit('out_of_range', `${seconds} s is not between the years 1 and 9999`);
  }
  if (!Number.isInteger(seconds) || !(nanos >= 0 && nanos <= 999_999_999) || !Number.isInteger(nanos)) {
    return new Misfit('bad_timestamp', `seconds ${seconds} and nanos ${nanos} are no timestamp`);
  }
  const iso = new Date(seconds * 1000).toISOString();
  return `${iso.slice(0, 19)}${fraction(nanos)}Z`;
}

/** Reads RFC 3339 with any offset and writes it in UTC with 0, 3, 6 or 9 digits. */
export function normalizeTimestamp(text: string): string | Misfit {
  const match = RFC_3339.exec(text);
  if (match === null) {
    return new Misfit('bad_timestamp', `${JSON.stringify(text.slice(0, 100))} is no RFC 3339 timestamp`);
  }
  const [, year, month, day, hour, minute, second, digits = '', sign, offsetHour, offsetMinute] = match.map(
    (part) => part,
  );
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const offsetMinutes = sign === undefined ? 0 : Number(`${sign}1`) * (Number(offsetHour) * 60 + Number(offsetMinute));
  // A day or an hour that does not exist has rolled over into the next.
  const exists =
    date.getUTCDate() === Number(day) &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCHours() === Number(hour) &&
    date.getUTCMinutes() === Number(minute) &&
    date.getUTCSeconds() === Number(second) &&
    Math.abs(offsetMinutes) < 24 * 60 &&
    Number(offsetMinute ?? 0) < 60;
  if (!exists) return new Misfit('bad_timestamp', `${JSON.stringify(text)} is no time that exists`);
  return formatTimestamp(date.getTime() / 1000 - offsetMinutes * 60, Number(digits.padEnd(9, '0')));
}
