import { describe, expect, it } from 'vitest';
import { Failure } from '../extraction.ts';
import type { Instant } from '../log-parser.ts';
import { compileDate, type DateOptions, dateFormatProblem, isTimeZone } from './compile-date.ts';

const createTime = instantOf('2024-06-15T12:00:00Z');

function instantOf(text: string): Instant {
  const { epochNanoseconds } = Temporal.Instant.from(text);
  const nanos = ((epochNanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return { seconds: Number((epochNanoseconds - nanos) / 1_000_000_000n), nanos: Number(nanos) };
}

function read(text: string, formats: string | readonly string[], options: DateOptions = {}, timezone?: string): string {
  const context = timezone === undefined ? { createTime } : { createTime, timezone };
  const result = compileDate([formats].flat(), options)(text, context);
  if (result instanceof Failure) {
    return result.message;
  }
  return Temporal.Instant.fromEpochNanoseconds(
    BigInt(result.seconds) * 1_000_000_000n + BigInt(result.nanos),
  ).toString();
}

describe('date patterns', () => {
  it.each([
    ['yyyy-MM-dd HH:mm:ss', '2024-02-03 04:05:06', '2024-02-03T04:05:06Z'],
    ['yyyy-MM-dd', '2024-02-29', '2024-02-29T00:00:00Z'],
    ['yyyy-MM-ddTHH:mm:ss.SSSZ', '2024-02-03T04:05:06.789+0000', '2024-02-03T04:05:06.789Z'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSZ", '2024-02-03T04:05:06.123456+02:00', '2024-02-03T02:05:06.123456Z'],
    ['yyyy-MM-ddTHH:mm:ss.SSSSSSSSSZ', '2024-02-03T04:05:06.123456789-0000', '2024-02-03T04:05:06.123456789Z'],
    ["yyyy-MM-ddTHH:mm:ss'Z'", '2024-02-03T04:05:06Z', '2024-02-03T04:05:06Z'],
    ['yyyy-MM-dd HH:mm:ss,S', '2024-02-03 04:05:06,5', '2024-02-03T04:05:06.5Z'],
    ['HH:mm:ss yyyy-MM-dd', '04:05:06.1234567891 2024-02-03', '2024-02-03T04:05:06.123456789Z'],
    ['yyyy-MM-dd HH:mm:ss', '2024-02-03 04:05:06.25', '2024-02-03T04:05:06.25Z'],
    ['dd/MMM/yyyy:HH:mm:ss Z', '03/Feb/2024:04:05:06 -0130', '2024-02-03T05:35:06Z'],
    ['dd/MMM/yyyy:HH:mm:ss Z', '03/Feb/2024:04:05:06 +05', '2024-02-02T23:05:06Z'],
    ['yyyy-MM-ddTHH:mm:ssZZ', '2024-02-03T04:05:06-07:00', '2024-02-03T11:05:06Z'],
    ['MM/dd/yyyy HH:mm:ss A', '02/03/2024 04:05:06 PM', '2024-02-03T16:05:06Z'],
    ['MM/dd/yyyy hh:mm:ss a', '02/03/2024 12:05:06 am', '2024-02-03T00:05:06Z'],
    ['MM/dd/yyyy h:m A', '2/3/2024 12:5 PM', '2024-02-03T12:05:00Z'],
    ['M/d/yy', '2/3/69', '1969-02-03T00:00:00Z'],
    ['M/d/yy', '2/3/68', '2068-02-03T00:00:00Z'],
    ['MM/dd/yyyy', '2/3/2024', '2024-02-03T00:00:00Z'],
    ['EEE MMM dd HH:mm:ss.SSSSSS yyyy', 'Sat Feb 03 04:05:06.000001 2024', '2024-02-03T04:05:06.000001Z'],
    ['EEEE, MMMM d, yyyy', 'saturday, FEBRUARY 3, 2024', '2024-02-03T00:00:00Z'],
    ['MMM d yyyy', 'February 3 2024', '2024-02-03T00:00:00Z'],
    ['MMMM d yyyy', 'Feb 3 2024', '2024-02-03T00:00:00Z'],
    ['d MMM yyyy', '3 may 2024', '2024-05-03T00:00:00Z'],
    ['MMM d yyyy', 'Feb  3 2024', '2024-02-03T00:00:00Z'],
    ['MMM  d yyyy', 'Feb 3 2024', '2024-02-03T00:00:00Z'],
    ['yyyyMMddHHmmss', '20240203040506', '2024-02-03T04:05:06Z'],
    ['yyyyMMddHHmmssSSS', '20240203040506007', '2024-02-03T04:05:06.007Z'],
    ['yyyy-MM-dd--HH-mm-ss', '2024-02-03--04-05-06', '2024-02-03T04:05:06Z'],
    ['MMM dd HH.mm.ss ZZZ yyyy', 'Feb 03 04.05.06 CET 2024', '2024-02-03T04:05:06Z'],
    ['yyyy-MM-dd HH:mm:ss ZZZ', '2024-02-03 04:05:06 +0000', '2024-02-03T04:05:06Z'],
    ['yyyy-MM-dd HH:mm:ss ZZZ', '2024-02-03 04:05:06 Europe/Rome', '2024-02-03T04:05:06Z'],
    ["hh 'o''clock' A, yyyy-MM-dd", "04 o'clock PM, 2024-02-03", '2024-02-03T16:00:00Z'],
    ['yyyy-MM-ddTHH:mm:ss+HH:mm', '2024-02-03T04:05:06+01:00', '2024-02-03T01:00:06Z'],
    ['yyyy-mm-ddTHH:mm:ss', '2024-02-03T04:05:06', '2024-01-03T04:05:06Z'],
  ])('%s reads %j', (format, text, expected) => {
    expect(read(text, format)).toBe(expected);
  });

  it.each([
    ['yyyy-MM-dd', '2023-02-29'],
    ['yyyy-MM-dd', '2024-04-31'],
    ['yyyy-MM-dd', '2024-00-10'],
    ['yyyy-MM-dd', '2024-13-10'],
    ['yyyy-MM-dd', '2024-10-00'],
    ['yyyy-MM-dd', '24-10-01'],
    ['yyyy-MM-dd', '2024-10-01 '],
    ['yyyy-MM-dd', ' 2024-10-01'],
    ['yyyy-MM-dd', '2024-10-01x'],
    ['yyyy-MM-dd', '２０２４-10-01'],
    ['yyyy-MM-dd HH:mm', '2024-10-01 24:00'],
    ['yyyy-MM-dd HH:mm', '2024-10-01 10:60'],
    ['yyyy-MM-dd HH:mm:ss', '2024-10-01 10:00:60'],
    ['yyyy-MM-dd hh:mm A', '2024-10-01 13:00 PM'],
    ['yyyy-MM-dd HH:mm A', '2024-10-01 10:00'],
    ['yyyy-MM-dd HH:mm Z', '2024-10-01 10:00 CET'],
    ['yyyy-MM-dd HH:mmZ', '2024-10-01 10:00Z'],
    ['yyyy-MM-dd HH:mmZZ', '2024-10-01 10:00Z'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2024-10-01 10:00:00.12'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2024-10-01 10:00:00.1234'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2024-10-01 10:00:00'],
    ['yyyy-MM-dd HH:mm Z', '2024-10-01 10:00 +1:00'],
    ['MMM d yyyy', 'Foo 3 2024'],
    ['MMM d yyyy', 'Fe 3 2024'],
    ['EEE yyyy', 'Xyz 2024'],
    ['yyyyMMdd', '2024103'],
    ['yyyy', ''],
    ['yyyy', '0000'],
  ])('%s does not read %j', (format, text) => {
    expect(compileDate([format])(text, { createTime })).toBeInstanceOf(Failure);
  });
});

describe('named formats', () => {
  it.each([
    ['ISO8601', '2024-02-03T04:05:06.789Z', '2024-02-03T04:05:06.789Z'],
    ['ISO8601', '2024-02-03 04:05:06,789+0100', '2024-02-03T03:05:06.789Z'],
    ['ISO8601', '2024-02-03T04:05:06.123456789-05:30', '2024-02-03T09:35:06.123456789Z'],
    ['ISO8601', '2024-02-03T04:05', '2024-02-03T04:05:00Z'],
    ['ISO8601', '2024-02-03', '2024-02-03T00:00:00Z'],
    ['ISO8601', '20240203T040506Z', '2024-02-03T04:05:06Z'],
    ['ISO8601', '2024-02-03 04:05:06 +00:00', '2024-02-03T04:05:06Z'],
    ['TIMESTAMP_ISO8601', '2024-2-3 4:05:06', '2024-02-03T04:05:06Z'],
    ['RFC3339', '2024-02-03T04:05:06Z', '2024-02-03T04:05:06Z'],
    ['RFC3339', '2024-02-03T04:05:06.5+01:00', '2024-02-03T03:05:06.5Z'],
    ['UNIX', '1588059648', '2020-04-28T07:40:48Z'],
    ['UNIX', '1588059648.129', '2020-04-28T07:40:48.129Z'],
    ['UNIX', '1588059648.123456789', '2020-04-28T07:40:48.123456789Z'],
    ['UNIX', '1.588059648129e+09', '2020-04-28T07:40:48.129Z'],
    ['UNIX', '-0.25', '1969-12-31T23:59:59.75Z'],
    ['UNIX_MS', '1588059648129', '2020-04-28T07:40:48.129Z'],
    ['UNIX_MS', '-1', '1969-12-31T23:59:59.999Z'],
  ])('%s reads %j', (format, text, expected) => {
    expect(read(text, format)).toBe(expected);
  });

  it.each([
    ['ISO8601', '2024-02-30'],
    ['ISO8601', '2024-02-03T'],
    ['ISO8601', '2024-02-03T04'],
    ['ISO8601', '2024-02-03T04:05:06.'],
    ['ISO8601', '2024-02-03T04:05:06 UTC'],
    ['ISO8601', '2024/02/03'],
    ['ISO8601', 'Feb 3 04:05:06'],
    ['RFC3339', '2024-02-03T04:05:06'],
    ['RFC3339', '2024-02-03T04:05:06+0100'],
    ['RFC3339', '2024-02-03T04:05Z'],
    ['UNIX', ''],
    ['UNIX', 'soon'],
    ['UNIX', '1588059648129'],
    ['UNIX_MS', '1588059648129.5'],
    ['UNIX_MS', '0x10'],
  ])('%s does not read %j', (format, text) => {
    expect(compileDate([format])(text, { createTime })).toBeInstanceOf(Failure);
  });

  it('of an unknown name never match, and lint knows it', () => {
    expect(read('2024-02-03', ['TAI64N', 'yyyy-MM-dd'])).toBe('2024-02-03T00:00:00Z');
    expect(read('TAI64N', 'TAI64N')).toBe('date "TAI64N" matches none of the formats "TAI64N"');
    expect(dateFormatProblem('TAI64N')).toBe('unknown date format "TAI64N": it never matches');
    expect(dateFormatProblem('yyyy-MM-ddTHH:mm')).toBeUndefined();
    expect(dateFormatProblem('ISO8601')).toBeUndefined();
    expect(dateFormatProblem('YYYY-MM-DD')).toBe('the letters DD of the date format "YYYY-MM-DD" stand for themselves');
  });
});

describe('formats in a list', () => {
  it('are tried in order', () => {
    expect(read('02/03/2024', ['dd/MM/yyyy', 'MM/dd/yyyy'])).toBe('2024-03-02T00:00:00Z');
    expect(read('02/13/2024', ['dd/MM/yyyy', 'MM/dd/yyyy'])).toBe('2024-02-13T00:00:00Z');
    expect(read('1588059648129', ['UNIX', 'UNIX_MS'])).toBe('2020-04-28T07:40:48.129Z');
  });

  it('leave nothing of one that failed to the next', () => {
    expect(read('10:30:00 PM', ['HH:mm:ss A x', 'HH:mm:ss A'], { rebase: true })).toBe('2024-01-01T22:30:00Z');
    expect(read('2024-02-03 04:05:06', ['yyyy-MM-dd HH:mm:ss Z', 'yyyy-MM-dd mm:ss'])).toMatch(/matches none/);
  });
});

describe('time zones', () => {
  it('apply to times without an offset alone', () => {
    const timezone = 'America/New_York';
    expect(read('2024-01-03 04:05:06', 'ISO8601', { timezone })).toBe('2024-01-03T09:05:06Z');
    expect(read('2024-07-03 04:05:06', 'yyyy-MM-dd HH:mm:ss', { timezone })).toBe('2024-07-03T08:05:06Z');
    expect(read('2024-01-03T04:05:06Z', 'ISO8601', { timezone })).toBe('2024-01-03T04:05:06Z');
    expect(read('1588059648', 'UNIX', { timezone })).toBe('2020-04-28T07:40:48Z');
    expect(read('2024-01-03 04:05 EST', 'yyyy-MM-dd HH:mm ZZZ', { timezone })).toBe('2024-01-03T09:05:00Z');
    expect(read('2024-01-03 04:05 UTC', 'yyyy-MM-dd HH:mm ZZZ', { timezone })).toBe('2024-01-03T04:05:00Z');
  });

  it('come from the options, else from the log, else are UTC', () => {
    const options = { timezone: 'Etc/GMT+5' };
    expect(read('2024-01-03 04:05', 'ISO8601', options, 'Asia/Tokyo')).toBe('2024-01-03T09:05:00Z');
    expect(read('2024-01-03 04:05', 'ISO8601', {}, 'Asia/Tokyo')).toBe('2024-01-02T19:05:00Z');
    expect(read('2024-01-03 04:05', 'ISO8601', {}, '')).toBe('2024-01-03T04:05:00Z');
  });

  // What time.ParseInLocation of Go 1.26 gives.
  it.each([
    ['America/New_York', '2024-03-10 02:30:00', '2024-03-10T06:30:00Z'],
    ['America/New_York', '2024-11-03 01:30:00', '2024-11-03T05:30:00Z'],
    ['Europe/London', '2024-03-31 01:30:00', '2024-03-31T01:30:00Z'],
    ['Europe/London', '2024-10-27 01:30:00', '2024-10-27T01:30:00Z'],
    ['Australia/Sydney', '2024-10-06 02:30:00', '2024-10-05T16:30:00Z'],
    ['Australia/Sydney', '2024-04-07 02:30:00', '2024-04-06T16:30:00Z'],
  ])('in %s the clock at %s, which a change skips or repeats, is what Go says', (timezone, text, expected) => {
    expect(read(text, 'yyyy-MM-dd HH:mm:ss', { timezone })).toBe(expected);
  });

  it.each(['Mars/Olympus', '+02:00', 'EST/', ' '])('%j is no zone and fails every text', (timezone) => {
    expect(read('2024-01-03T04:05:06Z', 'ISO8601', { timezone })).toBe(`unknown time zone ${timezone}`);
    expect(read('2024-01-03T04:05:06Z', 'ISO8601', {}, timezone)).toBe(`unknown time zone ${timezone}`);
    expect(isTimeZone(timezone)).toBe(false);
  });

  it('are known by their IANA names', () => {
    expect(['Europe/Berlin', 'Etc/GMT-12', 'UTC', ''].map(isTimeZone)).toEqual([true, true, true, true]);
  });
});

describe('rebase', () => {
  const rebase = { rebase: true };

  it('takes the year of the create time up to 24 hours after it, else the year before', () => {
    expect(read('Jun 15 11:00:00', 'MMM d HH:mm:ss', rebase)).toBe('2024-06-15T11:00:00Z');
    expect(read('Jan  1 00:00:00', 'MMM d HH:mm:ss', rebase)).toBe('2024-01-01T00:00:00Z');
    expect(read('Jun 16 12:00:00', 'MMM d HH:mm:ss', rebase)).toBe('2024-06-16T12:00:00Z');
    expect(read('Jun 16 12:00:00.000000001', 'MMM d HH:mm:ss', rebase)).toBe('2023-06-16T12:00:00.000000001Z');
    expect(read('Dec 31 23:59:59', 'SYSLOGTIMESTAMP', rebase)).toBe('2023-12-31T23:59:59Z');
  });

  it('compares in the zone of the text', () => {
    expect(read('Jun 16 13:00:00', 'MMM d HH:mm:ss', { rebase: true, timezone: 'Asia/Tokyo' })).toBe(
      '2024-06-16T04:00:00Z',
    );
    expect(read('Jun 16 11:00:00', 'MMM d HH:mm:ss', { rebase: true, timezone: 'America/New_York' })).toBe(
      '2023-06-16T15:00:00Z',
    );
  });

  it('leaves times with a year alone', () => {
    expect(read('2030-01-01', 'yyyy-MM-dd', rebase)).toBe('2030-01-01T00:00:00Z');
  });

  it('knows the leap day', () => {
    const extract = compileDate(['MMM d'], rebase);
    expect(extract('Feb 29', { createTime: instantOf('2025-01-10T00:00:00Z') })).toEqual(
      instantOf('2024-02-29T00:00:00Z'),
    );
    expect(extract('Feb 30', { createTime })).toBeInstanceOf(Failure);
  });

  it('is needed by a time without a year', () => {
    expect(read('Jun 15 11:00:00', 'MMM d HH:mm:ss')).toBe(
      'the date has no year: set rebase => true to take it from the log',
    );
  });
});
