import { describe, expect, it } from 'vitest';
import { ExactNumber } from '../value.ts';
import { normalizeBase64, textToBase64 } from './base64.ts';
import { toBoolean } from './boolean.ts';
import { formatDuration, normalizeDuration } from './duration.ts';
import { toFloat } from './float.ts';
import { type IntegerType, toInteger } from './integer.ts';
import { Misfit } from './misfit.ts';
import { formatTimestamp, normalizeTimestamp } from './timestamp.ts';

function codeOf(result: unknown): unknown {
  return result instanceof Misfit ? result.code : result;
}

describe('an integer', () => {
  it.each<readonly [value: number | string, type: IntegerType, json: number | string]>([
    [443, 'int32', 443],
    [-0, 'int32', 0],
    ['080', 'int32', 80],
    ['+7', 'uint32', 7],
    ['-5', 'int64', '-5'],
    [904, 'uint64', '904'],
    [-0, 'int64', '0'],
    [2 ** 60, 'int64', '1152921504606846976'],
    ['18446744073709551615', 'uint64', '18446744073709551615'],
    ['-9223372036854775808', 'int64', '-9223372036854775808'],
    [-2147483648, 'int32', -2147483648],
    [4294967295, 'uint32', 4294967295],
  ])('%s of type %s is %s', (value, type, json) => {
    expect(toInteger(value, type)).toBe(json);
  });

  it('keeps the digits of a literal, and the value of one with a point or an exponent', () => {
    expect(toInteger(new ExactNumber('9223372036854775807'), 'int64')).toBe('9223372036854775807');
    expect(toInteger(new ExactNumber('12.0'), 'int32')).toBe(12);
    expect(toInteger(new ExactNumber('1e3'), 'uint64')).toBe('1000');
  });

  it.each<readonly [value: number | string, type: IntegerType, code: string]>([
    [2147483648, 'int32', 'out_of_range'],
    [-2147483649, 'int32', 'out_of_range'],
    [4294967296, 'uint32', 'out_of_range'],
    [-1, 'uint32', 'out_of_range'],
    ['-1', 'uint64', 'out_of_range'],
    ['18446744073709551616', 'uint64', 'out_of_range'],
    ['9223372036854775808', 'int64', 'out_of_range'],
    ['9'.repeat(100_000), 'int64', 'out_of_range'],
    [1.5, 'int32', 'type_mismatch'],
    [Number.NaN, 'int32', 'type_mismatch'],
    ['12.0', 'int32', 'type_mismatch'],
    ['0x10', 'int32', 'type_mismatch'],
    [' 1', 'int32', 'type_mismatch'],
    ['', 'int32', 'type_mismatch'],
  ])('%s of type %s is refused with %s', (value, type, code) => {
    expect(codeOf(toInteger(value, type))).toBe(code);
  });
});

describe('a float', () => {
  it('prints as short as reads back to the same 32 bits', () => {
    expect(toFloat(11.111111, 'float')).toBe(11.111111);
    expect(toFloat(0.1, 'float')).toBe(0.1);
    expect(toFloat(37.123456789, 'float')).toBe(37.123455);
    expect(toFloat(37.123456789, 'double')).toBe(37.123456789);
    expect(toFloat(16777217, 'float')).toBe(16777216);
  });

  it('is read from text', () => {
    expect(toFloat('-1.5e2', 'double')).toBe(-150);
    expect(toFloat('.5', 'double')).toBe(0.5);
    expect(toFloat('NaN', 'double')).toBe('NaN');
    expect(toFloat('-Infinity', 'float')).toBe('-Infinity');
    expect(toFloat(new ExactNumber('1.50'), 'double')).toBe(1.5);
  });

  it('has no minus zero', () => {
    expect(Object.is(toFloat(-0, 'double'), 0)).toBe(true);
  });

  it('is refused beyond its range and when it is none', () => {
    expect(codeOf(toFloat(1e39, 'float'))).toBe('out_of_range');
    expect(codeOf(toFloat('1e400', 'double'))).toBe('out_of_range');
    expect(codeOf(toFloat('0x1', 'double'))).toBe('type_mismatch');
    expect(codeOf(toFloat('1,5', 'double'))).toBe('type_mismatch');
  });
});

describe('a timestamp', () => {
  it('has 0, 3, 6 or 9 digits behind the point', () => {
    expect(formatTimestamp(1_588_059_648, 0)).toBe('2020-04-28T07:40:48Z');
    expect(formatTimestamp(1_588_059_648, 120_000_000)).toBe('2020-04-28T07:40:48.120Z');
    expect(formatTimestamp(1_588_059_648, 1_000)).toBe('2020-04-28T07:40:48.000001Z');
    expect(formatTimestamp(1_588_059_648, 1)).toBe('2020-04-28T07:40:48.000000001Z');
  });

  it('is between the years 1 and 9999', () => {
    expect(formatTimestamp(-62_135_596_800, 0)).toBe('0001-01-01T00:00:00Z');
    expect(formatTimestamp(253_402_300_799, 999_999_999)).toBe('9999-12-31T23:59:59.999999999Z');
    expect(codeOf(formatTimestamp(-62_135_596_801, 0))).toBe('out_of_range');
    expect(codeOf(formatTimestamp(253_402_300_800, 0))).toBe('out_of_range');
    expect(codeOf(formatTimestamp(Number.NaN, 0))).toBe('out_of_range');
    expect(codeOf(formatTimestamp(0, 1_000_000_000))).toBe('bad_timestamp');
    expect(codeOf(formatTimestamp(0.5, 0))).toBe('bad_timestamp');
  });

  it.each([
    ['2020-04-28T07:40:48Z', '2020-04-28T07:40:48Z'],
    ['2020-04-28T09:40:48.5+02:00', '2020-04-28T07:40:48.500Z'],
    ['2020-04-28t07:40:48.123456789z', '2020-04-28T07:40:48.123456789Z'],
    ['2019-12-31T23:30:00-01:00', '2020-01-01T00:30:00Z'],
    ['2020-02-29T00:00:00Z', '2020-02-29T00:00:00Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00Z'],
  ])('%s reads as %s', (text, normal) => {
    expect(normalizeTimestamp(text)).toBe(normal);
  });

  it.each([
    '2021-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2020-13-01T00:00:00Z',
    '2020-01-01T24:00:00Z',
    '2020-01-01T00:60:00Z',
    '2020-01-01T00:00:00',
    '2020-01-01 00:00:00Z',
    '2020-01-01T00:00:00+24:00',
    '2020-01-01T00:00:00+01:60',
    '2020-01-01T00:00:00.1234567890Z',
    'yesterday',
  ])('%s is refused', (text) => {
    expect(codeOf(normalizeTimestamp(text))).toBe('bad_timestamp');
  });

  it('is refused when its offset takes it beyond the year 9999', () => {
    expect(codeOf(normalizeTimestamp('9999-12-31T23:59:59-01:00'))).toBe('out_of_range');
  });
});

describe('a duration', () => {
  it.each([
    ['1.5s', '1.500s'],
    ['-1.5s', '-1.500s'],
    ['-0.000001s', '-0.000001s'],
    ['120s', '120s'],
    ['-0s', '0s'],
    ['315576000000s', '315576000000s'],
  ])('%s reads as %s', (text, normal) => {
    expect(normalizeDuration(text)).toBe(normal);
  });

  it('is refused beyond 10,000 years, with mixed signs, and when it is none', () => {
    expect(codeOf(normalizeDuration('315576000001s'))).toBe('out_of_range');
    expect(codeOf(formatDuration(1, -1))).toBe('bad_duration');
    expect(codeOf(formatDuration(0, 1_000_000_000))).toBe('bad_duration');
    expect(codeOf(formatDuration(1.5, 0))).toBe('bad_duration');
    expect(codeOf(normalizeDuration('1m'))).toBe('bad_duration');
  });
});

describe('base64', () => {
  it('is read in either alphabet, padded or not', () => {
    expect(normalizeBase64('_-8')).toBe('/+8=');
    expect(normalizeBase64('/+8=')).toBe('/+8=');
    expect(normalizeBase64('')).toBe('');
  });

  it('is refused when it is none', () => {
    expect(codeOf(normalizeBase64('a'))).toBe('bad_base64');
    expect(codeOf(normalizeBase64('ab$d'))).toBe('bad_base64');
    expect(codeOf(normalizeBase64('YQ=='.repeat(2)))).toBe('bad_base64');
  });

  it('is made of the bytes of UTF-8', () => {
    expect(textToBase64('é')).toBe('w6k=');
  });
});

it('a boolean is read from what Go takes for one', () => {
  expect(['true', 'TRUE', 't', '1'].map(toBoolean)).toEqual([true, true, true, true]);
  expect(['false', 'False', 'f', '0'].map(toBoolean)).toEqual([false, false, false, false]);
  expect(codeOf(toBoolean('yes'))).toBe('type_mismatch');
});
