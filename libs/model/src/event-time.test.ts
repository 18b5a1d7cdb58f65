import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  civilFromDays,
  compareTime,
  daysFromCivil,
  END_EVENT_TIME_MS,
  formatRfc3339,
  fromEventTimeNs,
  MIN_EVENT_TIME_MS,
  toEventTimeNs,
} from './event-time.ts';

const anyTimeNs = fc.bigInt({ min: -62_135_596_800_000_000_000n, max: 253_402_300_799_999_999_999n });

describe('event time', () => {
  it('reaches from the year 1 to the end of the year 9999', () => {
    expect(new Date(MIN_EVENT_TIME_MS).toISOString()).toBe('0001-01-01T00:00:00.000Z');
    expect(new Date(END_EVENT_TIME_MS - 1).toISOString()).toBe('9999-12-31T23:59:59.999Z');
  });

  it('is the same as a pair of numbers and as one bigint', () => {
    fc.assert(
      fc.property(anyTimeNs, (ns) => {
        const time = fromEventTimeNs(ns);
        expect(time.ns).toBeGreaterThanOrEqual(0);
        expect(time.ns).toBeLessThan(1_000_000);
        expect(toEventTimeNs(time)).toBe(ns);
      }),
    );
  });

  it('compares with the right sign over the whole range, and to the nanosecond within 104 days', () => {
    const near = fc.tuple(anyTimeNs, fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })).map(([a, by]) => [a, a + by]);
    fc.assert(
      fc.property(fc.oneof(near, fc.tuple(anyTimeNs, anyTimeNs)), ([a = 0n, b = 0n]) => {
        const difference = compareTime(fromEventTimeNs(a), fromEventTimeNs(b));
        expect(Math.sign(difference)).toBe(a === b ? 0 : a > b ? 1 : -1);
        if (a - b <= 104n * 86_400_000_000_000n && b - a <= 104n * 86_400_000_000_000n) {
          expect(BigInt(difference)).toBe(a - b);
        }
      }),
    );
  });

  it.each([
    [1_704_110_400_000, 0, '2024-01-01T12:00:00Z'],
    [1_704_110_400_500, 0, '2024-01-01T12:00:00.5Z'],
    [1_704_110_400_000, 1, '2024-01-01T12:00:00.000000001Z'],
    [-1, 999_999, '1969-12-31T23:59:59.999999999Z'],
    [MIN_EVENT_TIME_MS, 0, '0001-01-01T00:00:00Z'],
  ])('%i ms and %i ns are written with as many digits as they need: %s', (ms, ns, expected) => {
    expect(formatRfc3339(ms, ns)).toBe(expected);
  });
});

it('days of the proleptic Gregorian calendar are those of Date', () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (days) => {
      const date = new Date(days * 86_400_000);
      const civil = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()] as const;
      expect(civilFromDays(days)).toEqual(civil);
      expect(daysFromCivil(...civil)).toBe(days);
    }),
    { numRuns: 2_000 },
  );
});
