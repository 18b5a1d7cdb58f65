import { describe, expect, it } from 'vitest';
import { Failure } from '../extraction.ts';
import { compileKv, type KvOptions } from './compile-kv.ts';

function pairsOf(text: string, options: KvOptions = {}): Record<string, unknown> | string {
  const result = compileKv(options)(text);
  return result instanceof Failure ? result.message : Object.fromEntries(result);
}

describe('kv', () => {
  it.each<[string, string, KvOptions, Record<string, string>]>([
    [
      'blanks part pairs and = parts key and value',
      'src=10.0.0.1 dst=10.0.0.2',
      {},
      { src: '10.0.0.1', dst: '10.0.0.2' },
    ],
    ['only the first value separator counts', 'url=/q?a=b ok=1', {}, { url: '/q?a=b', ok: '1' }],
    ['parts without a value separator are skipped', 'login ok user=ann done', {}, { user: 'ann' }],
    ['an empty value does not reach over the blank after it', 'IN= OUT=eth0', {}, { IN: '', OUT: 'eth0' }],
    ['empty keys are skipped', '=x a=1', {}, { a: '1' }],
    ['the last of equal keys counts', 'a=1 a=2', {}, { a: '2' }],
    ['runs of separators count as one', 'a=1   b=2 ', {}, { a: '1', b: '2' }],
    ['other separators', 'a:1|b:2', { fieldSplit: '|', valueSplit: ':' }, { a: '1', b: '2' }],
    ['blanks around keys and values go', ' a = 1 ; b =  two words ', { fieldSplit: ';' }, { a: '1', b: 'two words' }],
    [
      'strict whitespace keeps blanks',
      'a = 1;b= 2',
      { fieldSplit: ';', whitespace: 'strict' },
      { 'a ': ' 1', b: ' 2' },
    ],
    ['a quoted value holds separators', 'act="a = b" n=1', {}, { act: 'a = b', n: '1' }],
    ['a quoted value may follow blanks', 'a= "x, y", b=2', { fieldSplit: ',' }, { a: 'x, y', b: '2' }],
    ['blanks at the ends go within quotes as well', 'a=" x  y "', {}, { a: 'x  y' }],
    ['blanks in quotes stay where whitespace is strict', 'a=" x "', { whitespace: 'strict' }, { a: ' x ' }],
    ['quotes that hold no separator are part of the value', 'a="x" b="" c=1', {}, { a: '"x"', b: '""', c: '1' }],
    ['any quotes go by trimming', 'a="x" b="" c="y z"', { trimValue: '"' }, { a: 'x', b: '', c: 'y z' }],
    [
      'an escaped quote does not close',
      String.raw`a="say \"hi\" now" b=1`,
      {},
      { a: String.raw`say \"hi\" now`, b: '1' },
    ],
    ['an escaped backslash before a quote closes', String.raw`a="c:\\" b=1`, {}, { a: String.raw`"c:\\"`, b: '1' }],
    ['a quote that nothing closes is a character', 'a="x b=1', {}, { a: '"x', b: '1' }],
    ['a quote within a value is a character', 'a=5" b=1', {}, { a: '5"', b: '1' }],
    ['what follows a closing quote is skipped', 'a="x w"yz b=1', {}, { a: 'x w', b: '1' }],
    ['characters are trimmed off values', 'a=<1>, b=[2]', { fieldSplit: ',', trimValue: '<>[]' }, { a: '1', b: '2' }],
    ['characters are trimmed off keys', '[a]=1,_b_=2', { fieldSplit: ',', trimKey: '[]_' }, { a: '1', b: '2' }],
    ['trimming leaves the inside', 'a=.x.y.', { trimValue: '.' }, { a: 'x.y' }],
    ['only wanted keys are kept', 'a=1 b=2 c=3', { includeKeys: ['a', 'c'] }, { a: '1', c: '3' }],
    ['unwanted keys are left out', 'a=1 b=2', { excludeKeys: ['a'] }, { b: '2' }],
    ['each character of a long separator separates', '(&(cn=Ann)(ou=x))', { fieldSplit: ')(' }, { cn: 'Ann', ou: 'x' }],
    [
      'a long separator may be one literal',
      '(cn=Ann)(ou=x)',
      { fieldSplit: ')(', separators: 'literal' },
      { '(cn': 'Ann', ou: 'x)' },
    ],
    [
      'a literal leaves its characters alone',
      'a=x y, b=2',
      { fieldSplit: ', ', separators: 'literal' },
      { a: 'x y', b: '2' },
    ],
    ['separators of several kinds', 'a=1;b:2,c=3', { fieldSplit: ',;', valueSplit: ':=' }, { a: '1', b: '2', c: '3' }],
    ['separators beyond Latin', 'a=1→b=2|c=é→d=4', { fieldSplit: '→|' }, { a: '1', b: '2', c: 'é', d: '4' }],
    ['a long value separator', 'a:=1 b:=2=3 c=4', { valueSplit: ':=' }, { a: '1', b: '2=3', c: '4' }],
    ['a value separator that holds the field separator', 'a: 1 b: 2', { valueSplit: ': ' }, { a: '1', b: '2' }],
    [
      'escapes of a separator are read on demand',
      'a=1\tb=2',
      { fieldSplit: '\\t', unescapeFieldSplit: true },
      { a: '1', b: '2' },
    ],
    ['escapes are letters otherwise', 'a=1\\tb=2', { fieldSplit: '\\t' }, { a: '1', b: '2' }],
    ['escapes of a value separator', 'a\u00011', { valueSplit: '\\x01', unescapeValueSplit: true }, { a: '1' }],
    [
      'keys named like members of objects',
      '__proto__=1 b=2',
      {},
      Object.fromEntries([
        ['__proto__', '1'],
        ['b', '2'],
      ]),
    ],
  ])('%s', (_, text, options, pairs) => {
    expect(pairsOf(text, options)).toEqual(pairs);
  });

  it.each(['', 'nothing here', '=1 =2'])('a text without a pair fails: %j', (text) => {
    expect(pairsOf(text)).toBe('no key-value pair found in the source field');
  });

  it('pairs that are all unwanted are no failure', () => {
    expect(pairsOf('a=1', { includeKeys: ['b'] })).toEqual({});
  });

  it('an empty separator fails every text', () => {
    expect(pairsOf('a=1', { fieldSplit: '' })).toBe('field_split and value_split must not be empty');
  });
});
