import { describe, expect, it } from 'vitest';
import { toEventTimeNs } from './event-time.ts';
import { readEventTime } from './read-event-time.ts';

/** The event time of a JSON value in nanoseconds, or null. */
function read(json: string): bigint | null {
  // Something on both sides: the reader has to stay inside its range.
  const bytes = new TextEncoder().encode(`7${json}7`);
  const time = { ms: 0, ns: 0 };
  return readEventTime(bytes, 1, bytes.length - 1, time) ? toEventTimeNs(time) : null;
}

const NEW_YEAR = 1_704_067_200_000_000_000n;

describe('an integer is a time by its magnitude', () => {
  it.each([
    ['1704067200', NEW_YEAR],
    ['1704067200000', NEW_YEAR],
    ['1704067200000000', NEW_YEAR],
    ['1704067200000000000', NEW_YEAR],
    ['1704110400123456789', 1_704_110_400_123_456_789n],
    ['0', 0n],
    ['-0', 0n],
    ['-1', -1_000_000_000n],
    // Each side of the borders between seconds, milliseconds, microseconds and nanoseconds.
    ['99999999999', 99_999_999_999_000_000_000n],
    ['100000000000', 100_000_000_000_000_000n],
    ['99999999999999', 99_999_999_999_999_000_000n],
    ['100000000000000', 100_000_000_000_000_000n],
    ['99999999999999999', 99_999_999_999_999_999_000n],
    ['100000000000000000', 100_000_000_000_000_000n],
    ['-100000000000000001', -100_000_000_000_000_001n],
    ['9223372036854775807', 9_223_372_036_854_775_807n],
    ['18446744073709551615', 18_446_744_073_709_551_615n],
  ])('fault 39: %s is exactly %s ns', (json, expected) => {
    expect(read(json)).toBe(expected);
  });
});

describe('any other number is decimal seconds, cut off after nanoseconds', () => {
  it.each([
    ['1704067200.0', NEW_YEAR],
    ['1704067200.123456789', NEW_YEAR + 123_456_789n],
    ['1704067200.1234567899', NEW_YEAR + 123_456_789n],
    ['-0.5', -500_000_000n],
    ['-1.0000000001', -1_000_000_000n],
    ['1.7040672e9', NEW_YEAR],
    ['17040672E+2', NEW_YEAR],
    ['1704067200123e-3', NEW_YEAR + 123_000_000n],
    ['1e-10', 0n],
    ['0e999', 0n],
    ['1e-9999', 0n],
  ])('fault 39: %s is exactly %s ns', (json, expected) => {
    expect(read(json)).toBe(expected);
  });

  it.each([
    '1e309',
    '1e308',
    '-1e309',
    '1e18',
    `1${'0'.repeat(70)}`,
    `0.${'0'.repeat(70)}`,
    '1e99999',
    '1000000000000000000000',
  ])('fault 39: %s is no time, and no infinity either', (json) => {
    expect(read(json)).toBeNull();
  });
});

describe('a string is RFC 3339', () => {
  it.each([
    ['2024-01-01T00:00:00Z', NEW_YEAR],
    ['2024-01-01t00:00:00z', NEW_YEAR],
    ['2024-01-01 00:00:00Z', NEW_YEAR],
    ['2024-01-01T01:00:00+01:00', NEW_YEAR],
    ['2023-12-31T18:30:00-05:30', NEW_YEAR],
    ['2024-01-01T00:00:00-00:00', NEW_YEAR],
    ['2024-01-01T00:00:00.1Z', NEW_YEAR + 100_000_000n],
    ['2024-01-01T00:00:00.000000001+00:00', NEW_YEAR + 1n],
    ['2024-02-29T00:00:00Z', NEW_YEAR + 59n * 86_400_000_000_000n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['\\u0032024-01-01T00:00:00\\u005a', NEW_YEAR],
  ])('%s', (text, expected) => {
    expect(read(`"${text}"`)).toBe(expected);
  });

  it.each([
    '',
    'now',
    '1704067200',
    '2024-01-01',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00Z',
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00,5Z',
    '2024-01-01T00:00:00.1234567890Z',
    '2024-01-01T00:00:00+0100',
    '2024-01-01T00:00:00+01',
    '2024-01-01T00:00:00+24:00',
    '2024-01-01T00:00:00+01:60',
    '2024-01-01T00:00:00ZZ',
    '2024-01-01T00:00:00Z ',
    ' 2024-01-01T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-06-30T23:59:60Z',
    '2024-00-01T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '+02024-01-01T00:00:00Z',
    '2024-01-01T00:00:00Z[Europe/Berlin]',
    '\u0662024-01-01T00:00:00Z',
  ])('%j is none', (text) => {
    expect(read(JSON.stringify(text))).toBeNull();
  });
});

describe('times reach from the year 1 to the year 9999', () => {
  it.each([
    ['"0001-01-01T00:00:00Z"', -62_135_596_800_000_000_000n],
    ['"9999-12-31T23:59:59.999999999Z"', 253_402_300_799_999_999_999n],
    ['-62135596800', -62_135_596_800_000_000_000n],
    ['253402300799.999999999', 253_402_300_799_999_999_999n],
    ['253402300799999999999', 253_402_300_799_999_999_999n],
  ])('%s is the first or the last', (json, expected) => {
    expect(read(json)).toBe(expected);
  });

  it.each([
    '"0000-12-31T23:59:59Z"',
    '"0001-01-01T00:00:00+00:01"',
    '"9999-12-31T23:59:59-00:01"',
    '-62135596801',
    '-62135596800.000000001',
    '253402300800.0',
    '253402300800000000000',
  ])('%s is beyond', (json) => {
    expect(read(json)).toBeNull();
  });
});

it.each(['true', 'false', 'null', '{}', '[1704067200]', 'NaN', '+1'])('%s is no time', (json) => {
  expect(read(json)).toBeNull();
});
