import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diffLines, diffText } from './line-diff.ts';

it('shows what was removed and added, with three lines around it', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\ni';
  const after = 'a\nb\nc\nd\nE\nf\ng\nh\ni\nj';
  expect(diffText(before, after)).toBe('  …\n  b\n  c\n  d\n- e\n+ E\n  f\n  g\n  h\n  i\n+ j\n');
  expect(diffText(before, before)).toBe('');
});

it('keeps every line of both texts, in their order, and changes no more than it must', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const without = (kind: string): string =>
        lines.flatMap((line) => (line.kind === kind ? [] : [line.text])).join('\n');
      expect(without('added')).toBe(before);
      expect(without('removed')).toBe(after);
      const same = lines.filter(({ kind }) => kind === 'same').length;
      expect(same).toBe(longestCommon(before.split('\n'), after.split('\n')));
    }),
  );
});

it('shows texts that have nothing in common as a whole, and quickly', () => {
  const many = (word: string): string => Array.from({ length: 5_000 }, (_, i) => `${word} ${i}`).join('\n');
  expect(diffLines(many('a'), many('b'))).toHaveLength(10_000);
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = b.map(() => 0);
  for (const line of a) {
    const next: number[] = [];
    for (const [j, other] of b.entries()) {
      const diagonal = j === 0 ? 0 : (row[j - 1] ?? 0);
      next.push(line === other ? diagonal + 1 : Math.max(row[j] ?? 0, next[j - 1] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
