import { describe, expect, it } from 'vitest';
import { runStatements } from '../testing/run-statements.ts';
import { failureOf, tokensOf } from '../testing/tokens-of.ts';

describe('paths', () => {
  it('find what a key with dots holds, as maps within maps', () => {
    const json = '{"labels":{"compute.example.com/name":"a","compute.zone":"b"}}';
    const statements = `json { source => "message" } mutate { replace => { "n" => "%{labels.compute.example.com/name}" } }`;
    expect(tokensOf(statements, json)).toEqual({
      labels: { compute: { example: { 'com/name': 'a' }, zone: 'b' } },
      n: 'a',
    });
  });

  it('never reach the prototype of anything', () => {
    const statements = `json { source => "message" } mutate { replace => { "__proto__.polluted" => "x" "constructor.prototype.polluted" => "x" } }`;
    runStatements(statements, '{"__proto__":{"a":"1"},"l":[]}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(failureOf('mutate { replace => { "a" => "%{constructor}" } }')).toContain('field not set');
  });
});
