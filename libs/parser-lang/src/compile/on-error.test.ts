import { describe, expect, it } from 'vitest';
import { failureOf, tokensOf } from '../testing/tokens-of.ts';

describe('on_error', () => {
  const failing = 'mutate { replace => { "x" => "%{absent}" } on_error => "not_x" }';

  it('sets its flag and counts when the filter fails', () => {
    expect(tokensOf(failing)).toEqual({ not_x: true, '@onErrorCount': 1 });
  });

  it('takes its flag back when the filter succeeds later', () => {
    const later = 'mutate { replace => { "x" => "1" } on_error => "not_x" }';
    expect(tokensOf(failing + later)).toEqual({ x: '1', not_x: false, '@onErrorCount': 1 });
  });

  it('leaves undone what stands behind the pair that failed', () => {
    const statements = 'mutate { replace => { "a" => "1" "b" => "%{absent}" "c" => "3" } on_error => "bad" }';
    expect(tokensOf(statements)).toEqual({ a: '1', bad: true, '@onErrorCount': 1 });
  });

  it('ends the log where it is missing, with the filter by its number', () => {
    const statements = 'if [message] == "" { mutate { replace => { "a" => "" } } } mutate { copy => { "x" => "a.b" } }';
    expect(failureOf(statements)).toBe(
      'filter mutate (2) failed: copy failure: copy source field "a.b" must not be empty (try using replace to provide the value before calling copy)',
    );
  });
});
