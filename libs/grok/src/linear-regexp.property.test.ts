import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { createAutomatonMatcher } from './automaton/automaton-matcher.ts';
import { compileRegExp } from './linear-regexp.ts';
import type { Match } from './matcher.ts';
import { parseRegExp } from './syntax/parse-regexp.ts';
import { RegExpSyntaxError } from './syntax/syntax-error.ts';
import { regExpSource, text } from './testing/arbitrary-regexp.ts';
import { simplify } from './translate/simplify.ts';

const RUNS = Number(process.env['LOGWEAVE_PROPERTY_RUNS'] ?? 300);

/** The judge reads the expression itself, not what the parser here made of it. Its names are not to be repeated. */
function oracle(source: string): RE2JS | null {
  let names = 0;
  try {
    return RE2JS.compile(source.replaceAll('(?P<n>', () => `(?P<n${names++}>`));
  } catch {
    return null;
  }
}

function oracleMatch(expression: RE2JS, input: string, from: number): Match | null {
  const matcher = expression.matcher(input);
  if (!matcher.find(from)) return null;
  const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? undefined);
  return { index: matcher.start(), end: matcher.end(), groups };
}

function plain(match: Match | null): unknown {
  return match === null ? null : { index: match.index, end: match.end, groups: Array.from(match.groups) };
}

describe('an expression', () => {
  it('matches what RE2 matches, with the captures of RE2', () => {
    fc.assert(
      fc.property(regExpSource, fc.array(text, { minLength: 1, maxLength: 4 }), (source, texts) => {
        const expected = oracle(source);
        fc.pre(expected !== null);
        const expression = compileRegExp(source);
        for (const input of texts) {
          expect(plain(expression.exec(input))).toEqual(plain(oracleMatch(expected, input, 0)));
          expect(expression.test(input)).toBe(expected.test(input));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('matches from an offset what RE2 matches from there', () => {
    fc.assert(
      fc.property(regExpSource, text, fc.nat(12), (source, input, offset) => {
        const expected = oracle(source);
        const unit = input.charCodeAt(offset);
        fc.pre(expected !== null && offset <= input.length && !(unit >= 0xdc00 && unit <= 0xdfff));
        expect(plain(compileRegExp(source).exec(input, offset))).toEqual(plain(oracleMatch(expected, input, offset)));
      }),
      { numRuns: RUNS },
    );
  });

  it('is accepted exactly when RE2 accepts it', () => {
    const pieces = [
      'a',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '*',
      '+',
      '?',
      '|',
      '\\',
      '^',
      '-',
      ',',
      '1',
      '2',
      '<',
      'P',
      ':',
      'i',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 10 }), (parts) => {
        const source = parts.join('');
        // re2js takes the colon of `[:]` for both ends of a name; Go and RE2 take it for three characters.
        fc.pre(!source.includes('[:]'));
        expect([source, isAccepted(source)]).toEqual([source, oracle(source) !== null]);
      }),
      { numRuns: RUNS * 3 },
    );
  });
});

describe('the automaton', () => {
  it('matches what RE2 matches, with the captures of RE2', () => {
    fc.assert(
      fc.property(regExpSource, fc.array(text, { minLength: 1, maxLength: 4 }), fc.nat(3), (source, texts, offset) => {
        const expected = oracle(source);
        fc.pre(expected !== null);
        const { root, groupNames } = parseRegExp(source);
        const automaton = createAutomatonMatcher(simplify(root), groupNames.length - 1);
        for (const input of texts) {
          const unit = input.charCodeAt(offset);
          const from = offset > input.length || (unit >= 0xdc00 && unit <= 0xdfff) ? 0 : offset;
          expect(plain(automaton.exec(input, from))).toEqual(plain(oracleMatch(expected, input, from)));
        }
      }),
      { numRuns: RUNS },
    );
  });
});

function isAccepted(source: string): boolean {
  try {
    compileRegExp(source);
    return true;
  } catch (error) {
    if (error instanceof RegExpSyntaxError) return false;
    throw error;
  }
}
