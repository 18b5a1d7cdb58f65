import { Failure, quoted } from '../extraction.ts';
import type { Instant } from '../log-parser.ts';
import { yearOf } from './civil-time.ts';
import type { DateFormat } from './date-format.ts';
import { compileDatePattern, unknownLetters } from './date-pattern.ts';
import { DateReading } from './date-reading.ts';
import { readIso8601, readRfc3339 } from './iso8601.ts';
import { TimeZone } from './time-zone.ts';
import { readUnixMillis, readUnixSeconds } from './unix-time.ts';

/** The options of a `date` filter. */
export interface DateOptions {
  /** Gives times without a year that of the log's intake. */
  readonly rebase?: boolean;
  /** The IANA zone of times without an offset, where it is known at load. */
  readonly timezone?: string;
}

/** What a `date` filter takes from the log at hand. */
export interface DateContext {
  readonly createTime: Instant;
  /** The IANA zone of times without an offset, unless the options have one. Without either (or empty) it is UTC. */
  readonly timezone?: string;
}

export type DateExtractor = (text: string, context: DateContext) => Instant | Failure;

const NAMED: ReadonlyMap<string, DateFormat> = new Map<string, DateFormat>([
  ['ISO8601', readIso8601],
  ['TIMESTAMP_ISO8601', readIso8601],
  ['RFC3339', readRfc3339],
  ['UNIX', readUnixSeconds],
  ['UNIX_MS', readUnixMillis],
  ['SYSLOGTIMESTAMP', compileDatePattern('MMM d HH:mm:ss')],
]);

const NO_YEAR = new Failure('the date has no year: set rebase => true to take it from the log');
const NO_DATE = new Failure('the date does not exist: day out of range');
const OUT_OF_RANGE = new Failure('the date lies outside the years 1 to 9999');
const REBASE_SLACK_SECONDS = 86_400;

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the bounds of a Timestamp of Protocol Buffers. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

/**
 * A `date` filter: the formats are tried in order, the first that matches the whole text and gives a date of the calendar
 * decides. Names of unknown formats never match.
 *
 * A time without a year fails unless `rebase` is set; then it gets the year of the log's create time (UTC), and the year
 * before where it would lie more than 24 hours after it. Times with a year are left alone by `rebase`.
 */
export function compileDate(formats: readonly string[], options: DateOptions = {}): DateExtractor {
  const readers = formats.map((format) => compileFormat(format)).filter((reader) => reader !== undefined);
  const rebase = options.rebase === true;
  const listed = formats.map(quoted).join(', ');
  const reading = new DateReading();

  return (text, context) => {
    const name = options.timezone ?? context.timezone ?? '';
    const zone = isUtc(name) ? undefined : TimeZone.of(name);
    if (zone === undefined && !isUtc(name)) {
      return new Failure(`unknown time zone ${name}`);
    }
    let failure: Failure | undefined;
    for (const reader of readers) {
      reading.reset();
      if (!reader(text, reading)) {
        continue;
      }
      const result = instantOf(reading, rebase, zone, context.createTime);
      if (!(result instanceof Failure)) {
        return result;
      }
      failure ??= result;
    }
    return failure ?? new Failure(`date ${quoted(text)} matches none of the formats ${listed}`);
  };
}

/** What is wrong with a format of a `date` filter, for lint; undefined for a good one. */
export function dateFormatProblem(format: string): string | undefined {
  if (compileFormat(format) === undefined) {
    return `unknown date format ${quoted(format)}: it never matches`;
  }
  const letters = NAMED.has(format) ? [] : unknownLetters(format);
  return letters.length === 0
    ? undefined
    : `the letters ${letters.join(', ')} of the date format ${quoted(format)} stand for themselves`;
}

/** Whether a name is one of an IANA time zone, for lint. */
export function isTimeZone(name: string): boolean {
  return isUtc(name) || TimeZone.of(name) !== undefined;
}

function isUtc(name: string): boolean {
  return name === '' || name === 'UTC';
}

/** Undefined for the name of an unknown format: capitals with one that no pattern has. */
function compileFormat(format: string): DateFormat | undefined {
  const named = NAMED.get(format);
  if (named !== undefined) {
    return named;
  }
  const isName = /^[A-Z][A-Z0-9_]{2,}$/.test(format) && /[^AEHMSTYZ]/.test(format);
  return isName ? undefined : compileDatePattern(format);
}

function instantOf(
  reading: DateReading,
  rebase: boolean,
  zone: TimeZone | undefined,
  createTime: Instant,
): Instant | Failure {
  if (reading.instant !== undefined) {
    return inRange(reading.instant);
  }
  if (!reading.settle()) {
    return NO_DATE;
  }
  const { nanos } = reading;
  if (reading.year >= 0) {
    return inRange({ seconds: secondsIn(reading, reading.year, zone), nanos });
  }
  if (!rebase) {
    return NO_YEAR;
  }
  const year = yearOf(createTime.seconds);
  const seconds = secondsIn(reading, year, zone);
  const latest = createTime.seconds + REBASE_SLACK_SECONDS;
  const isLater = seconds > latest || (seconds === latest && nanos > createTime.nanos);
  return { seconds: isLater ? secondsIn(reading, year - 1, zone) : seconds, nanos };
}

function secondsIn(reading: DateReading, year: number, zone: TimeZone | undefined): number {
  const local = reading.localSeconds(year);
  if (reading.offsetSeconds !== undefined) {
    return local - reading.offsetSeconds;
  }
  return zone === undefined ? local : zone.toUtc(local);
}

function inRange(instant: Instant): Instant | Failure {
  return instant.seconds >= FIRST_SECOND && instant.seconds <= LAST_SECOND ? instant : OUT_OF_RANGE;
}
