import { describe, expect, it } from 'vitest';
import { runStatements } from '../testing/run-statements.ts';
import { failureOf, tokensOf } from '../testing/tokens-of.ts';

describe('conditions', () => {
  const json =
    '{"s":"abc","n":4,"f":1.5,"t":true,"no":false,"e":"","o":{"a":{"b":"x"}},"l":["x","y"],"big":12345678901234567890}';

  it.each([
    ['[s] == "abc"', true],
    ['[s] != "abc"', false],
    ["[s] == 'abc'", true],
    ['[n] == 4', true],
    ['[n] == "4"', false],
    ['[n] != "4"', true],
    ['[n] >= 4 and [n] < 5', true],
    ['[f] > 1', true],
    ['[big] == 12345678901234567890', true],
    ['[t] == true', true],
    ['[t] == "true"', false],
    ['[no] == false', true],
    ['[t]', true],
    ['[no]', false],
    ['![no]', true],
    ['![e]', true],
    ['[s]', true],
    ['[o]', true],
    ['[o][a][b] == "x"', true],
    ['[o][z][b] == "x"', false],
    ['[o][z] == ""', false],
    ['[l][1] == "y"', true],
    ['[s] in ["x", "abc"]', true],
    ['[s] not in ["x", "abc"]', false],
    ['[n] in ["4", 4]', true],
    ['[n] in ["4"]', false],
    ['"x" in [l]', true],
    ['"bc" in [s]', true],
    ['[s] =~ "b"', true],
    ['[s] =~ "^b"', false],
    ['[s] =~ /B/', false],
    ['[s] =~ /(?i)B/', true],
    ['[s] !~ ("b|z")', false],
    ['[o] =~ "x"', false],
    ['[n] =~ "4"', false],
    ['[s] == [s]', true],
    ['[s] != [e]', true],
    ['[s] == "abc" && [n] == 4', true],
    ['[s] == "z" || [n] == 4', true],
    ['[t] or [t] and [no]', true],
    ['([t] or [t]) and [no]', false],
    ['![t] or [t]', true],
    ['!([t] or [t])', false],
    ['n == 4', true],
    ['o.a.b in ["x"]', true],
    ['[s] == ["abc"]', true],
    ['[s] IN ["abc"] AND NOT [no]', true],
    ['[t] xor [t]', false],
    ['[t] nand [no]', true],
    ['not [no] and [t]', true],
  ])('%s is %s', (condition, expected) => {
    const statements = `json { source => "message" } if ${condition} { mutate { replace => { "r" => "yes" } } } else { mutate { replace => { "r" => "no" } } }`;
    expect(tokensOf(statements, json)).toMatchObject({ r: expected ? 'yes' : 'no' });
  });

  it('fail for a name that was never set', () => {
    expect(failureOf('if [product] == "x" { drop {} }')).toBe(
      'filter conditional (0) failed: failed to evaluate expression: "product" not found in state data',
    );
  });

  it('take a name that was never set for false where the parser is not strict', () => {
    const statements = 'if [product] == "x" or [product] { drop {} }';
    expect(runStatements(statements, '', { strict: false }).stop).toBeUndefined();
  });

  it('ask no further than needed', () => {
    expect(tokensOf('mutate { replace => { "a" => "" } } if [a] and [absent] == "x" { drop {} }')).toEqual({ a: '' });
    expect(tokensOf('mutate { replace => { "a" => "1" } } if [a] or [absent] == "x" { }')).toEqual({ a: '1' });
  });

  it('may name a flag whose filter never ran, and what a failed replace was to set', () => {
    const statements = `
      if [message] == "never" { json { source => "message" on_error => "not_json" } }
      mutate { replace => { "x" => "%{absent}" } on_error => "no_x" }
      if ![not_json] and [x] != "y" { mutate { replace => { "r" => "1" } } }`;
    expect(tokensOf(statements)).toMatchObject({ r: '1' });
  });

  it('take the first branch that holds', () => {
    const statements =
      'if [message] == "a" { mutate { replace => { "r" => "1" } } } else if [message] == "b" { mutate { replace => { "r" => "2" } } } else { mutate { replace => { "r" => "3" } } }';
    expect(['a', 'b', 'c'].map((message) => tokensOf(statements, message))).toEqual([
      { r: '1' },
      { r: '2' },
      { r: '3' },
    ]);
  });
});
