import { describe, expect, it } from 'vitest';
import { failureOf, tokensOf } from '../testing/tokens-of.ts';

describe('translate', () => {
  const translate = (more: string) =>
    `translate { source => "message" target => "t" dictionary => { "1" => "HIGH" "2" => "LOW" } ${more} }`;

  it('sets what the dictionary has, else the fallback', () => {
    expect(tokensOf(translate(''), '2')).toEqual({ t: 'LOW' });
    expect(tokensOf(translate('fallback => "NONE"'), '9')).toEqual({ t: 'NONE' });
  });

  it('fails where neither has anything', () => {
    expect(failureOf(translate(''), '9')).toContain('the dictionary has no "9"');
  });
});
