import type { PatternTable } from './pattern-table.ts';

// English, and the German names that the reference engine takes as well.
const MONTHS = [
  'Jan(?:uary?)?',
  'Feb(?:ruary?)?',
  'M[aä]?r(?:ch|z)?',
  'Apr(?:il)?',
  'Ma[yi]?',
  'Jun[ei]?',
  'July?',
  'Aug(?:ust)?',
  'Sep(?:tember)?',
  'O[ck]?t(?:ober)?',
  'Nov(?:ember)?',
  'De[cz](?:ember)?',
];
const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

/** `Jan` and `January`. */
function shortOrLong(name: string): string {
  return name.length === 3 ? name : `${name.slice(0, 3)}(?:${name.slice(3)})?`;
}

/** Dates and times of day. */
export const DATE_PATTERNS: PatternTable = {
  MONTH: String.raw`\b(?:${MONTHS.join('|')})\b`,
  MONTHNUM: '0?[1-9]|1[0-2]',
  MONTHNUM2: '0[1-9]|1[0-2]',
  MONTHDAY: '0[1-9]|[12][0-9]|3[01]|[1-9]',
  DAY: DAYS.map(shortOrLong).join('|'),
  YEAR: '(?:[0-9][0-9]){1,2}',
  HOUR: '2[0-3]|[01]?[0-9]',
  MINUTE: '[0-5][0-9]',
  // 60 is a leap second.
  SECOND: '(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?',
  // Where the original looks around for digits, the reference engine takes one other character on each side.
  TIME: '[^0-9]?%{HOUR}:%{MINUTE}:%{SECOND}[^0-9]?',
  DATE_US: '%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}',
  DATE_EU: '%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}',
  DATE: '%{DATE_US}|%{DATE_EU}',
  ISO8601_TIMEZONE: 'Z|[+-]%{HOUR}:?%{MINUTE}',
  ISO8601_SECOND: '%{SECOND}|60',
  TIMESTAMP_ISO8601: '%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?(?:%{ISO8601_TIMEZONE})?',
  TZ: '[PMCE][SD]T|UTC',
  DATESTAMP: '%{DATE}[- ]%{TIME}',
  DATESTAMP_RFC822: '%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}',
  DATESTAMP_RFC2822: '%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}',
  DATESTAMP_OTHER: '%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}',
  DATESTAMP_EVENTLOG: '%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}',
  HTTPDERROR_DATE: '%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}',
  SYSLOGTIMESTAMP: '%{MONTH} +%{MONTHDAY} %{TIME}',
  HTTPDATE: '%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}',
};
