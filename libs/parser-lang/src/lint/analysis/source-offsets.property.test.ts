import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scanner } from '../../syntax/scanner.ts';
import { sourceOffsets } from './source-offsets.ts';

test('every character of a string stands in the text where its offset says', () => {
  const piece = fc.constantFrom('a', 'd', '.', '[', '\\\\', '\\"', '\\d', '\\.', "'", '\n', 'é', '😀');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = `x "${pieces.join('')}" y`;
      const scanner = new Scanner(text);
      scanner.at = 2;
      const literal = scanner.quoted();
      const offsets = sourceOffsets(text, literal);
      for (let at = 0; at < literal.text.length; at++) {
        const start = offsets(at);
        const next =
          text.charAt(start) === '\\' && offsets(at + 1) === start + 2 ? text.charAt(start + 1) : text.charAt(start);
        expect(next).toBe(literal.text.charAt(at));
      }
      expect(offsets(literal.text.length)).toBe(text.length - 3);
    }),
  );
});
