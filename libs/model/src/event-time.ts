/**
 * Event time: exact nanoseconds since the epoch, in the years 1 to 9999.
 *
 * Outside the hot path it is a bigint. Inside it is a pair of numbers, `ms` (whole milliseconds, floor) and `ns`
 * (0 to 999,999 nanoseconds above that): a double holds neither nanoseconds of today exactly nor a bigint cheaply.
 * The difference `(a.ms - b.ms) * 1e6 + (a.ns - b.ns)` has the right sign always and is exact up to 104 days.
 */
export type EventTimeNs = bigint & { readonly __brand: 'EventTimeNs' };

export interface EventTime {
  ms: number;
  ns: number;
}

/** 0001-01-01T00:00:00Z and 10000-01-01T00:00:00Z in milliseconds. */
export const MIN_EVENT_TIME_MS = -62_135_596_800_000;
export const END_EVENT_TIME_MS = 253_402_300_800_000;

export function compareTime(a: EventTime, b: EventTime): number {
  return (a.ms - b.ms) * 1e6 + (a.ns - b.ns);
}

export function toEventTimeNs(time: EventTime): EventTimeNs {
  return (BigInt(time.ms) * 1_000_000n + BigInt(time.ns)) as EventTimeNs;
}

export function fromEventTimeNs(value: bigint): EventTime {
  const ms = value >= 0n ? value / 1_000_000n : (value - 999_999n) / 1_000_000n;
  return { ms: Number(ms), ns: Number(value - ms * 1_000_000n) };
}

/** RFC 3339, UTC, with as many digits of a second as the time needs and none when it is whole. */
export function formatRfc3339(ms: number, ns: number): string {
  const seconds = Math.floor(ms / 1000);
  const fraction = (ms - seconds * 1000) * 1e6 + ns;
  const days = Math.floor(seconds / 86_400);
  const inDay = seconds - days * 86_400;
  const [year, month, day] = civilFromDays(days);
  const hour = Math.floor(inDay / 3600);
  const minute = Math.floor(inDay / 60) % 60;
  const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${pad(hour, 2)}:${pad(minute, 2)}:${pad(inDay % 60, 2)}`;
  return fraction === 0 ? `${text}Z` : `${text}.${pad(fraction, 9).replace(/0+$/, '')}Z`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** Days since the epoch of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The inverse of `daysFromCivil`: [year, month, day]. */
export function civilFromDays(days: number): [number, number, number] {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}
