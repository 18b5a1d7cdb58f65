import { describe, expect, it } from 'vitest';
import { failureOf, tokensOf } from '../testing/tokens-of.ts';

describe('grok', () => {
  it('takes the first pattern that matches, and leaves groups alone that took no part', () => {
    const statements = 'grok { match => { "message" => ["^%{INT:n}$", "^(?P<a>a)|(?P<b>b)$"] } }';
    expect(tokensOf(statements, 'a')).toEqual({ a: 'a' });
    expect(tokensOf(statements, '12')).toEqual({ n: '12' });
  });

  it('refuses to overwrite without being told', () => {
    const grok = (option: string) =>
      `mutate { replace => { "n" => "" } } grok { match => { "message" => "%{INT:n}" } ${option} }`;
    expect(failureOf(grok(''), '1')).toBe(
      'filter grok (1) failed: grok failure: field "n" already exists in data and is not overwritable',
    );
    expect(tokensOf(grok('overwrite => ["n"]'), '1')).toEqual({ n: '1' });
  });

  it('fails when no pattern matches, or none captures', () => {
    const failed = 'filter grok (0) failed: grok failure: failed to parse data with all match patterns';
    expect(failureOf('grok { match => { "message" => "%{INT:n}" } }', 'x')).toBe(failed);
    expect(failureOf('grok { match => { "message" => "%{WORD}" } }', 'x')).toBe(failed);
  });

  it('collects every match with match_all', () => {
    const statements = 'grok { match => { "message" => "(?P<k>[a-z])=(?P<v>\\\\d)?" } match_all => true }';
    expect(tokensOf(statements, 'a=1 b= c=3')).toEqual({ k: { 0: 'a', 1: 'b', 2: 'c' }, v: { 0: '1', 2: '3' } });
  });
});
