import { setFlagsFromString } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRegExp } from '../syntax/parse-regexp.ts';
import { RegExpSyntaxError } from '../syntax/syntax-error.ts';
import { regExpSource } from '../testing/arbitrary-regexp.ts';
import { simplify } from './simplify.ts';
import { toJs } from './to-js.ts';

// The flag l, which linters do not know, makes V8 say of an expression whether its linear engine takes it.
setFlagsFromString('--enable-experimental-regexp-engine');
const LINEAR = ['l'].join();

function translate(source: string): string | null {
  try {
    return toJs(simplify(parseRegExp(source).root))?.source ?? null;
  } catch (error) {
    if (error instanceof RegExpSyntaxError) return null;
    throw error;
  }
}

describe('a translated expression', () => {
  it('is one that V8 can give over to its linear engine', () => {
    fc.assert(
      fc.property(regExpSource, (source) => {
        const js = translate(source);
        if (js !== null) expect(() => new RegExp(js, LINEAR)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['a{17}', '(?:a{5}){5}', '(a{0,100}){3}', 'a{40,}', '(?:(?:ab){3}c{4}){7}', '(?i)\\pL{20}x', '(?m)^a$'])(
    '%s is given over too',
    (source) => {
      const js = translate(source);
      expect(js).not.toBeNull();
      expect(() => new RegExp(js as string, LINEAR)).not.toThrow();
    },
  );

  it('is refused by that engine when a count is left as it stands', () => {
    expect(() => new RegExp('a{17}', LINEAR)).toThrow();
  });
});
