import fc from 'fast-check';
import { expect, it } from 'vitest';
import { containsText } from './contains-text.ts';

/** Texts of few letters, where a part is often there almost. */
const text = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom('a', 'b'), { minLength, maxLength }).map((letters) => letters.join(''));

it('finds what the built-in search finds, in texts that are long and repeat themselves', () => {
  fc.assert(
    fc.property(text(1, 6), text(1, 12), fc.nat(3_000), fc.boolean(), (unit, end, at, isThere) => {
      const part = unit.repeat(2_000) + end;
      const around = (unit + end).repeat(1_500);
      const holder = around.slice(0, at) + (isThere ? part : part.slice(1)) + around.slice(at);
      expect(part.length * holder.length).toBeGreaterThan(1 << 22);
      expect(containsText(holder, part)).toBe(holder.includes(part));
    }),
    { numRuns: 60 },
  );
});

it.each([
  ['', '', true],
  ['a', '', true],
  ['', 'a', false],
  ['abc', 'bc', true],
  ['ab', 'abc', false],
])('%j holds %j: %s', (holder, part, expected) => {
  expect(containsText(holder, part)).toBe(expected);
});
