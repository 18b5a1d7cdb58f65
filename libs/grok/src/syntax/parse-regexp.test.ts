import { describe, expect, it } from 'vitest';
import { parseRegExp } from './parse-regexp.ts';
import { RegExpSyntaxError } from './syntax-error.ts';

function refusal(source: string): { message: string; offset: number; hint: string } | null {
  try {
    parseRegExp(source);
    return null;
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error;
    return { message: error.message, offset: error.offset, hint: error.hint };
  }
}

describe('an expression that is not RE2 syntax', () => {
  it.each([
    ['ab(?=c)', 'invalid or unsupported Perl syntax: `(?=`', 2],
    ['ab(?!c)', 'invalid or unsupported Perl syntax: `(?!`', 2],
    ['x(?<=c)', 'invalid or unsupported Perl syntax: `(?<=`', 1],
    ['x(?<!c)', 'invalid or unsupported Perl syntax: `(?<!`', 1],
    ['(?>a)', 'invalid or unsupported Perl syntax: `(?>`', 0],
    ['a(?#b)', 'invalid or unsupported Perl syntax: `(?#`', 1],
    ['(?P=n)', 'invalid or unsupported Perl syntax: `(?P=`', 0],
    ['(?P>n)', 'invalid or unsupported Perl syntax: `(?P>`', 0],
    ['(?i-)a', 'invalid or unsupported Perl syntax: `(?i-)`', 0],
    ['(?x)a', 'invalid or unsupported Perl syntax: `(?x`', 0],
    ['a(b', 'missing closing ): `a(b`', 1],
    ['(?i', 'missing closing ): `(?i`', 0],
    ['ab)c', 'unexpected ): `ab)c`', 2],
    ['a[bc', 'missing closing ]: `[bc`', 1],
    ['[]', 'missing closing ]: `[]`', 0],
    ['x[z-a]', 'invalid character class range: `z-a`', 2],
    ['[[:word1:]]', 'invalid character class range: `[:word1:]`', 1],
    ['a\\pX', 'invalid character class range: `\\pX`', 1],
    ['[a-\\d]', 'invalid escape sequence: `\\d`', 3],
    ['\\p{Klingon}', 'invalid character class range: `\\p{Klingon}`', 0],
    ['\\p{Greek', 'invalid character class range: `\\p{Greek`', 0],
    ['a\\', 'trailing backslash at end of expression', 1],
    ['(a)\\1', 'invalid escape sequence: `\\1`', 3],
    ['a\\C', 'invalid escape sequence: `\\C`', 1],
    ['a\\Z', 'invalid escape sequence: `\\Z`', 1],
    ['\\x{110000}', 'invalid escape sequence: `\\x{110000}`', 0],
    ['\\xg', 'invalid escape sequence: `\\x`', 0],
    ['a**', 'invalid nested repetition operator: `**`', 1],
    ['ab++c', 'invalid nested repetition operator: `++`', 2],
    ['a*{2}', 'invalid nested repetition operator: `*{2}`', 1],
    ['*a', 'missing argument to repetition operator: `*`', 0],
    ['a|+?b', 'missing argument to repetition operator: `+?`', 2],
    ['(a|{2})', 'missing argument to repetition operator: `{2}`', 3],
    ['a{1001}', 'invalid repeat count: `{1001}`', 1],
    ['a{3,2}', 'invalid repeat count: `{3,2}`', 1],
    ['(?:a{1,63}b?){1,50}', 'invalid repeat count: `{1,50}`', 13],
    ['(?P<n', 'invalid named capture: `(?P<n`', 0],
    ['a(?P<>b)', 'invalid named capture: `(?P<>`', 1],
    ['(?<n m>b)', 'invalid named capture: `(?<n m>`', 0],
  ])('%s is refused with the place and the words of RE2', (source, message, offset) => {
    expect(refusal(source)).toMatchObject({ message, offset });
  });

  it.each([
    ['(?=a)', 'lookahead'],
    ['(?<!a)', 'lookbehind'],
    ['(?>a)', 'atomic'],
    ['a++', 'possessive'],
    ['(a)\\1', 'back-references'],
    ['\\Z', '\\z'],
    ['a{1,2000}', '1000'],
    ['[[:alfa:]]', 'alpha'],
  ])('%s is refused with a hint about %s', (source, word) => {
    expect(refusal(source)?.hint).toContain(word);
  });

  it('is refused when groups nest deeper than a thousand levels, and when it is too large once written out', () => {
    expect(refusal('('.repeat(1001) + ')'.repeat(1001))?.message).toBe('expression nests too deeply');
    expect(refusal(`(?:${'abcdefghij'.repeat(10)}){500}`)?.message).toBe('expression too large');
  });
});

describe('an expression in RE2 syntax', () => {
  it.each(['a{,5}', 'a{', '}{', 'a{01}', ']', '^*', '(?:^)*', 'a|', '()', '[]a]', '[^]a]', '[a-]', '[-a]', '\\Q*\\E+'])(
    '%s is accepted',
    (source) => {
      expect(refusal(source)).toBeNull();
    },
  );

  it('names its groups in both notations, once or several times, with dots, hyphens and @', () => {
    const { groupNames } = parseRegExp('(?P<a>x)|(?<a>y)(z)(?P<b.c-d>.)(?<@e>.)');
    expect(groupNames).toEqual([undefined, 'a', 'a', undefined, 'b.c-d', '@e']);
  });

  it('leaves parentheses without a name uncounted where only names capture', () => {
    expect(parseRegExp('(a)(?P<n>b)((c))', { captures: 'named' }).groupNames).toEqual([undefined, 'n']);
  });
});
