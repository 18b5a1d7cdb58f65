import { describe, expect, it } from 'vitest';
import { compileRegExp } from './linear-regexp.ts';
import { compileTemplate } from './replace-template.ts';

const BMP_AND_BEYOND = 'a😀b';

function groups(source: string, text: string): (string | undefined)[] | null {
  const match = compileRegExp(source).exec(text);
  return match === null ? null : Array.from(match.groups);
}

describe('a compiled expression', () => {
  it('gives index, end and groups of the leftmost match', () => {
    const match = compileRegExp('(\\d+)-(?P<unit>[a-z]+)?').exec('x 42-kg');
    expect(match).toMatchObject({ index: 2, end: 7 });
    expect(Array.from(match?.groups ?? [])).toEqual(['42-kg', '42', 'kg']);
    expect(compileRegExp('(\\d+)-(?P<unit>[a-z]+)?').groupNames).toEqual([undefined, undefined, 'unit']);
  });

  it('searches from an offset and sees what stands before it', () => {
    expect(compileRegExp('\\bb').exec('ab b', 1)?.index).toBe(3);
    expect(compileRegExp('^a').exec('aa', 1)).toBeNull();
    expect(compileRegExp('.*b').exec('ab b', 1)).toMatchObject({ index: 1, end: 4 });
  });

  it.each([
    ['(?i)k', '\u212a'],
    ['(?i)\u017f', 'S'],
    ['(?i)straße', 'STRAẞE'],
    ['\\x{1F600}', '😀'],
    ['^.{3}$', BMP_AND_BEYOND],
    ['a.b', BMP_AND_BEYOND],
    ['^\\pL+$', 'éΣ𐐀'],
    ['(?s)a.b', 'a\nb'],
    ['(?m)^b$', 'a\nb\nc'],
    ['a$', 'ba'],
    ['\\Aa\\z', 'a'],
    ['(?U)a+?b', 'aab'],
    ['[[:^alpha:]]', '1'],
    ['\\Qa.b\\E', 'a.b'],
    ['.', '\r'],
    ['.', '\u2028'],
    ['\\D', '٣'],
    ['x{0}y', 'y'],
    ['\\141', 'a'],
  ])('%s matches %j', (source, text) => {
    expect(compileRegExp(source).test(text)).toBe(true);
    expect(compileRegExp(source).exec(text)).not.toBeNull();
  });

  it.each([
    ['(?i)i', '\u0130'],
    ['(?i)i', '\u0131'],
    ['(?i)\u0131', 'I'],
    ['(?i)\u0130', 'i'],
    ['\\s', '\v'],
    ['\\s', '\u00a0'],
    ['\\w', 'é'],
    ['\\bé', ' é'],
    ['a$', 'a\n'],
    ['(?m)^b$', 'a\rb\rc'],
    ['[^\\x00-\\x{10FFFF}]', 'a'],
    ['.', '\n'],
    ['(?m)a$', 'a\u2028'],
  ])('%s does not match %j', (source, text) => {
    expect(compileRegExp(source).test(text)).toBe(false);
    expect(compileRegExp(source).exec(text)).toBeNull();
  });

  it.each([
    ['(?:(a)|b)*', 'ab', ['ab', 'a']],
    ['(a*)*', 'b', ['', '']],
    ['(|a)+', 'aa', ['', '']],
    ['(a|ab)(c|bcd)(d*)', 'abcd', ['abcd', 'a', 'bcd', '']],
    ['(?:(a)|(b)){3}', 'aba', ['aba', 'a', 'b']],
    ['(a){17}', 'a'.repeat(17), ['a'.repeat(17), 'a']],
    ['(a??)*?b', 'aab', ['aab', 'a']],
  ])('%s on %s keeps the captures as RE2 does', (source, text, expected) => {
    expect(groups(source, text)).toEqual(expected);
  });

  it('says which engine runs it: V8, or the automaton where JavaScript would forget captures', () => {
    expect(compileRegExp('(a)+b{3,40}').engine).toBe('v8');
    expect(compileRegExp('(?:(a)|b)*').engine).toBe('automaton');
  });

  it('counts half a character as U+FFFD', () => {
    expect(groups('^(.)b', '\ud83db')).toEqual(['\ufffdb', '\ufffd']);
    expect(compileRegExp('\\x{D83D}').test('\ud83d')).toBe(false);
  });

  it('finds the same in a long text as in a short one', () => {
    const line = `${'x'.repeat(5000)} key=value; rest`;
    expect(groups('(\\w+)=(?P<v>[^;]*)(z)?', line)).toEqual(['key=value', 'key', 'value', undefined]);
    expect(compileRegExp('^x+ k').exec(line)).toMatchObject({ index: 0, end: 5002 });
  });

  it('finds the same after a miss, when it looks before it runs', () => {
    const expression = compileRegExp('(\\d+)x');
    expect([expression.exec('x 12'), expression.exec('x 13')]).toEqual([null, null]);
    expect(expression.exec('a 12x')).toMatchObject({ index: 2, end: 5 });
    expect([expression.test('x'), expression.test('x'), expression.test('1x')]).toEqual([false, false, true]);
  });
});

describe('all matches', () => {
  const found = (source: string, text: string): string[] =>
    compileRegExp(source)
      .matchAll(text)
      .map(({ index, end }) => `${index}-${end}`);

  it('do not overlap, and an empty one does not touch the one before it', () => {
    expect(found('a*', 'baab')).toEqual(['0-0', '1-3', '4-4']);
    expect(found('aa', 'aaaaa')).toEqual(['0-2', '2-4']);
    expect(found('x*', '😀')).toEqual(['0-0', '2-2']);
  });

  it('are the same in a long text', () => {
    const text = 'ab '.repeat(1000);
    expect(found('\\bab', text)).toHaveLength(1000);
    expect(found('a|$', text).at(-1)).toBe('3000-3000');
  });
});

describe('replacing', () => {
  it.each([
    ['a(x*)b', '-ab-axxb-', '${1}', '--xx-'],
    ['a(x*)b', '-ab-axxb-', '$1W', '---'],
    ['a(x*)b', '-ab-axxb-', '${1}W', '-W-xxW-'],
    ['(?P<k>\\w+)=(\\w+)', 'a=1 b=2', '$2:$k', '1:a 2:b'],
    ['a', 'aa', '$$', '$$'],
    ['a', 'ba', '$', 'b$'],
    ['a', 'ba', '${', 'b${'],
    ['a', 'ba', '[$0]', 'b[a]'],
    ['a', 'ba', '$9', 'b'],
    ['x*', 'axb', '-', '-a-b-'],
    [',', 'nothing', ';', 'nothing'],
    ['(a)|(b)', 'ab', '<$1$2>', '<a><b>'],
  ])('%s in %s by %s gives what Go gives', (source, text, template, expected) => {
    expect(compileRegExp(source).replaceAll(text, template)).toBe(expected);
  });

  it('takes a template compiled before', () => {
    const expression = compileRegExp('(?P<n>a)|(?P<n>b)');
    expect(expression.replaceAll('ab', compileTemplate('<$n>', expression.groupNames))).toBe('<a><b>');
  });
});
