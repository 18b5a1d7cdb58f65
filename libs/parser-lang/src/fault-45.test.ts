import { describe, expect, it } from 'vitest';
import { createLogParser } from './create-log-parser.ts';
import type { LogParser } from './log-parser.ts';

const LONG = 64 * 1024;
const MOST_CPU_MS = 50;

/** Expressions with the text that hurts a backtracking engine most. */
const EVIL: readonly (readonly [expression: string, text: string])[] = [
  ['(a+)+$', `${'a'.repeat(LONG - 1)}!`],
  ['(a|aa)+$', `${'a'.repeat(LONG - 1)}b`],
  ['(.*)*x', 'y'.repeat(LONG)],
  ['(.*a){10}b', 'a'.repeat(LONG)],
  ['(?:[^,]*,){20}x', ','.repeat(LONG)],
  ['(\\\\w+\\\\s?)+$', `${'word '.repeat(LONG / 5)}!`],
  ['[\\\\w.-]+@[\\\\w.-]+\\\\.[a-z]+', 'a.'.repeat(LONG / 2)],
  ['.*.*=.*', 'x'.repeat(LONG)],
  ['(?:a?){100}a{100}b', 'a'.repeat(LONG)],
  [`${'a'.repeat(400)}b${'a'.repeat(400)}`, 'a'.repeat(LONG)],
  ['\\\\s+$', `${' '.repeat(LONG - 1)}x`],
  ['(?i)straße|ﬃ+k', 'ſ'.repeat(LONG)],
];

/** What the filter makes of the expression, for a log that it is tried on. */
const FILTERS: readonly (readonly [name: string, statement: (expression: string) => string])[] = [
  ['gsub', (expression) => `mutate { gsub => ["message", "${expression}", "-"] }`],
  ['=~', (expression) => `if [message] =~ "${expression}" { drop { } }`],
  [
    'grok',
    (expression) => `grok { match => { "message" => ["^(?P<none>x)y", "(?P<all>${expression})"] } on_error => "e" }`,
  ],
];

function parserOf(statement: string): LogParser {
  const { parser, diagnostics } = createLogParser({ text: `filter { ${statement} }`, logType: 'EVIL' });
  // What cannot be matched in a bounded time is refused by name, and then matches nothing.
  const refused = diagnostics.filter(({ message }) => !/invalid|too large/.test(message));
  if (parser === null || refused.length > 0) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return parser;
}

/** The least of several, so that a machine with other things to do is not blamed on an expression. */
function leastCpuMs(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let left = 4; left > 0 && least > MOST_CPU_MS / 2; left--) {
    const before = process.threadCpuUsage();
    run();
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

describe.each(FILTERS)('an expression of %s that is made to run long', (_, statement) => {
  it.each(EVIL)('fault 45: %.60s takes at most 50 ms on a text of 64 KiB', (expression, text) => {
    const parser = parserOf(statement(expression));
    const log = { text, createTime: { seconds: 0, nanos: 0 } };
    expect(leastCpuMs(() => parser.parse(log))).toBeLessThanOrEqual(MOST_CPU_MS);
  });
});

it('fault 45: an expression whose counts multiply is refused when the parser is read, and matches nothing', () => {
  const { parser, diagnostics } = createLogParser({
    text: 'filter { if [message] =~ "((a{0,100}){0,100}){0,100}" { drop { tag => "MATCHED" } } }',
    logType: 'EVIL',
  });
  expect(diagnostics.map(({ severity, message }) => [severity, message])).toEqual([
    ['warning', expect.stringContaining('invalid regular expression')],
  ]);
  expect(parser?.parse({ text: 'aaa', createTime: { seconds: 0, nanos: 0 } }).dropped).toBeNull();
});
