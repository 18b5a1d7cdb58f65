import { describe, expect, it } from 'vitest';
import { failureOf, tokensOf } from '../testing/tokens-of.ts';

describe('json', () => {
  it('keeps the kinds; numbers are doubles, and print without an exponent', () => {
    const text = '{"i":1,"big":1775471123054628966,"f":9.0,"s":1e-7,"b":false,"n":null,"l":[1,"a",null],"o":{"p":{}}}';
    const convert = 'mutate { convert => { "big" => "string" "f" => "string" "s" => "string" } }';
    expect(tokensOf(`json { source => "message" } ${convert}`, text)).toEqual({
      i: 1,
      big: '1775471123054628900',
      f: '9',
      s: '0.0000001',
      b: false,
      l: [1, 'a', null],
      o: { p: {} },
    });
  });

  it('refuses a number that no double holds', () => {
    expect(failureOf('json { source => "message" }', '{"a":1e309}')).toContain('cannot unmarshal number 1e309');
  });

  it('leaves a token as it was where the member is null', () => {
    expect(tokensOf('mutate { replace => { "a" => "" } } json { source => "message" }', '{"a":null}')).toEqual({
      a: '',
    });
  });

  it('puts the members under its target', () => {
    expect(tokensOf('json { source => "message" target => "j" }', '{"a":1}')).toEqual({ j: { a: 1 } });
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['[1]', "invalid JSON object: found '[', expected '{'"],
    ['{"a":1} x', "invalid character 'x' after top-level value"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":01}', "invalid character '1' after object key:value pair"],
    ['{"a":"\n"}', "invalid character '\\n' in string literal"],
    ['{"a":"\\q"}', "invalid character 'q' in string escape code"],
    ['{"a":tru}', "invalid character 't' looking for beginning of value"],
    ['{"a":[1', 'unexpected end of JSON input'],
  ])('refuses %j as Go does', (text, message) => {
    expect(failureOf('json { source => "message" }', text)).toBe(
      `filter json (0) failed: json failure: failed to parse JSON: ${message}`,
    );
  });

  it('refuses what nests too deep instead of overflowing', () => {
    expect(failureOf('json { source => "message" }', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).toContain(
      'nest more than 64 deep',
    );
  });
});
