import { describe, expect, it } from 'vitest';
import { runStatements } from '../testing/run-statements.ts';

describe('limits', () => {
  it.each([
    ['statements', { statements: 2 }, 'mutate { replace => { "a" => "1" } } '.repeat(3)],
    [
      'loopTurns',
      { loopTurns: 2 },
      'mutate { split => { source => "message" separator => "," target => "l" } } for x in l { }',
    ],
    [
      'workCharacters',
      { workCharacters: 10 },
      'if [message] =~ "z" { } if [message] =~ "z" { } if [message] =~ "z" { }',
    ],
    ['tokenCharacters', { tokenCharacters: 8 }, 'mutate { replace => { "a" => "%{message}%{message}" } }'],
    [
      'values',
      { values: 5 },
      'mutate { split => { source => "message" separator => "," target => "l" } } mutate { copy => { "m" => "l" } }',
    ],
    [
      'outputs',
      { outputs: 1 },
      'mutate { merge => { "@output" => "message" } } mutate { merge => { "@output" => "message" } }',
    ],
  ])('%s end the log whatever on_error says', (name, limits, statements) => {
    expect(() => runStatements(statements, 'a,b,c', { limits })).toThrow(`limit exceeded: ${name} is limited to`);
  });

  it('at the limit is not over it', () => {
    expect(
      runStatements('mutate { replace => { "a" => "1" } } '.repeat(3), '', { limits: { statements: 3 } }).stop,
    ).toBeUndefined();
  });
});
