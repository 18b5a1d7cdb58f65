import { describe, expect, it } from 'vitest';
import { parseDurationNs } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['1s', 1e9],
    ['1.5ms', 1_500_000],
    ['0.000000001s', 1],
    ['10us', 10_000],
    ['7ns', 7],
    ['2m', 120e9],
    ['1h', 3600e9],
    ['720h', 720 * 3600e9],
  ])('%s is exact', (text, ns) => {
    expect(parseDurationNs(text)).toBe(ns);
  });

  it.each(['1', 's', '-1s', '1 s', '1e3s', '1.s', '.5s', '1d', '', '0.5ns', '721h'])('%j is refused', (text) => {
    expect(() => parseDurationNs(text)).toThrow(RangeError);
  });
});
