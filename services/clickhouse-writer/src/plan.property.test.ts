import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePlan, encodePlan, type PlannedRange } from './plan.ts';

const range: fc.Arbitrary<PlannedRange> = fc.record({
  firstOffset: fc.maxSafeNat(),
  lastOffset: fc.maxSafeNat(),
  fromRaw: fc.boolean(),
});

test('a plan comes back as it was written', () => {
  fc.assert(
    fc.property(fc.array(range), (plan) => {
      expect(decodePlan(encodePlan(plan))).toEqual(plan);
    }),
  );
});

test('the longest plan there can be fits into offset metadata', () => {
  // A batch of 100,000 rows is halved at most 17 times; each halving adds one range.
  const longest = { firstOffset: Number.MAX_SAFE_INTEGER, lastOffset: Number.MAX_SAFE_INTEGER, fromRaw: true };
  expect(encodePlan(Array.from({ length: 18 }, () => longest)).length).toBeLessThan(4_096);
});

test.each(['x', 'w1', 'w2 0-1', 'w1 0-1x', 'w1 a-b', 'w1  0-1', '{"ranges":[]}'])('%j is refused', (text) => {
  expect(() => decodePlan(text)).toThrow(/not this program/);
});
