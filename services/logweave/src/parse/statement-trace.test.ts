import { createLogParser, LineIndex } from '@logweave/parser-lang';
import { expect, it } from 'vitest';
import { StatementTrace } from './statement-trace.ts';

/** The lines of the trace of one log. */
function trace(statements: string, message: string): readonly string[] {
  const text = `filter { ${statements} }`;
  const lines: string[] = [];
  const observer = new StatementTrace(new LineIndex(text), (line) => lines.push(line));
  const { parser } = createLogParser({ text, logType: 'TRACED', observer });
  observer.begin(1);
  parser?.parse({ text: message, createTime: { seconds: 0, nanos: 0 } });
  return lines;
}

it('shows what each statement sets, changes and removes', () => {
  expect(
    trace(
      'mutate { replace => { "a.b" => "1" } } mutate { rename => { "a.b" => "c" } replace => { "message" => "x" } }',
      'm',
    ),
  ).toEqual([
    'log 1',
    '  1:10 mutate (0)',
    '    + a.b = "1"',
    '  1:49 mutate (1)',
    '    ~ message = "x" (was "m")',
    '    + a = {}',
    '    + c = "1"',
    '    - a.b (was "1")',
  ]);
});

it('fault 46: shows a map that holds itself down to a depth', () => {
  const lines = trace('mutate { replace => { "a.x" => "1" } } mutate { merge => { "a.b" => "a" "a.c" => "a" } }', 'm');
  expect(lines).toContain('    + a.b.0.b.0.x = "1"');
  expect(lines.at(-1)).toContain(' = …');
  expect(lines.length).toBeLessThan(10_010);
});
