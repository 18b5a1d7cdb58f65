import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../extraction.ts';
import { compileKv, type KvOptions } from './compile-kv.ts';

const word = fc.stringMatching(/^[a-z0-9._/-]{1,8}$/);
const sentence = fc.array(word, { minLength: 0, maxLength: 4 }).map((words) => words.join(' = '));

describe('kv', () => {
  it('reads back what was written in quotes, whatever separators the values hold', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(word, sentence), { minLength: 1, selector: ([key]) => key }), (pairs) => {
        const text = pairs.map(([key, value]) => `${key}="${value}"`).join(' ');
        const result = compileKv({ trimValue: '"' })(text);
        expect(result instanceof Failure ? result : [...result]).toEqual(pairs);
      }),
    );
  });

  it('reads unquoted texts as cutting twice does', () => {
    const character = fc.constantFrom('a', 'b', '=', ',', ' ', '=', ',');
    fc.assert(
      fc.property(fc.string({ unit: character }), (text) => {
        const expected = new Map<string, string>();
        for (const part of text.split(',')) {
          const at = part.indexOf('=');
          const key = part.slice(0, at).trim();
          if (at >= 0 && key !== '') {
            expected.set(key, part.slice(at + 1).trim());
          }
        }
        const result = compileKv({ fieldSplit: ',' })(text);
        expect(result instanceof Failure ? new Map() : result).toEqual(expected);
      }),
    );
  });

  it('never throws and never takes long, whatever the text and the separators', () => {
    const separator = fc.stringMatching(/^[ab=", ]{1,3}$/);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '=', '"', ',', ' ', '\\'), maxLength: 200 });
    fc.assert(
      fc.property(
        text,
        separator,
        separator,
        fc.constantFrom('literal', 'class'),
        (text, fieldSplit, valueSplit, separators) => {
          compileKv({ fieldSplit, valueSplit, separators })(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  // 64 KiB that make a scanner look ahead again and again if it forgets what it has seen.
  it.each<[string, string, KvOptions]>([
    ['quotes that nothing closes', 'a="', {}],
    ['escaped quotes that nothing closes', String.raw`a="\" `, {}],
    ['quotes that all seem escaped', String.raw`a\" `, { valueSplit: '\\' }],
    ['values without field separators', 'a=', {}],
    ['field separators without values', 'a ', {}],
    ['backslashes before quotes', String.raw`a="\\\\\\\"`, {}],
    ['halves of separators', ')(', { fieldSplit: ')()(x', valueSplit: ')(y', separators: 'literal' }],
    ['classes that never occur', 'ab', { fieldSplit: 'xy', valueSplit: 'zw', separators: 'class' }],
    ['value separators of a class at the end', 'a b', { fieldSplit: ' ;', valueSplit: '=:', separators: 'class' }],
  ])('64 KiB of %s take no longer per character than 4 KiB', (_, unit, options) => {
    const extract = compileKv(options);
    const short = unit.repeat(4096 / unit.length);
    const long = unit.repeat(65_536 / unit.length);
    const shortMs = fastest(() => extract(short));
    const longMs = fastest(() => extract(long));
    // Sixteen times the text; four times that is left for a busy machine. A quadratic scan takes 256 times as long.
    expect(longMs).toBeLessThan(Math.max(16 * shortMs * 4, 5));
  });
});

function fastest(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10; attempt++) {
    const began = performance.now();
    run();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}
