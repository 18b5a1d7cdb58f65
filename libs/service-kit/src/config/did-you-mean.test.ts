import fc from 'fast-check';
import { expect, it } from 'vitest';
import { didYouMean, editDistance } from './did-you-mean.ts';

it.each([
  ['nmae', 'name'],
  ['corelation', 'correlation'],
  ['UNIX_SOCKET', 'unix_sockets'],
  ['pth', 'path'],
  ['foo', null],
  ['x', null],
])('%s means %s', (word, meant) => {
  expect(didYouMean(word, ['name', 'path', 'correlation', 'unix_sockets'])).toBe(meant);
});

it('a distance is that of the textbook recursion', () => {
  const slow = (a: string, b: string): number => {
    if (a === '' || b === '') return a.length + b.length;
    const swap = a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0] ? slow(a.slice(2), b.slice(2)) + 1 : 99;
    const substituted = slow(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
    return Math.min(substituted, slow(a.slice(1), b) + 1, slow(a, b.slice(1)) + 1, swap);
  };
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(fc.property(word, word, (a, b) => editDistance(a, b, 99) === slow(a, b)));
});
