import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FILTER_NAMES } from '../compile/compile-filter.ts';
import { isConvertKind } from '../convert/convert.ts';
import { createLogParser } from '../create-log-parser.ts';
import { DEFAULT_LIMITS } from '../runtime/limits.ts';
import { parseProgram } from '../syntax/parse-program.ts';
import { CONVERT_TYPES, MUTATE_ORDER, PLUGINS } from './analysis/plugin-options.ts';
import { lintProgram } from './lint-program.ts';
import { LINT_RULES } from './lint-rules.ts';

const PAGE = readFileSync(new URL('../../../../docs/parser-language.md', import.meta.url), 'utf8');

/** The rows of the first table below a heading, each as its cells. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = PAGE.split(`\n${heading}`);
  const [table = ''] = section.slice(section.indexOf('\n|') + 1).split('\n\n', 1);
  const rows = table.split('\n').map((row) => row.split(/(?<!\\)\|/).slice(1, -1));
  return rows.slice(2).map((cells) => cells.map((cell) => cell.trim().replaceAll('\\|', '|')));
}

test('the table of rules is that of the registry', () => {
  expect(tableBelow('## Lint')).toEqual(LINT_RULES.map(({ name, severity, doc }) => [`\`${name}\``, severity, doc]));
});

test.each(PLUGINS)('the table of options of $name is that of the lint', ({ name, options }) => {
  expect(tableBelow(`### ${name}`)).toEqual(options.map((option) => [`\`${option.name}\``, option.value, option.doc]));
});

test('the filters of the page are those that run, and code, which is refused', () => {
  expect(PLUGINS.map(({ name }) => name).sort()).toEqual([...FILTER_NAMES, 'code'].sort());
});

test('the operations of mutate stand in the order in which they run', () => {
  const mutate = PLUGINS.find(({ name }) => name === 'mutate');
  const operations = mutate?.options.map(({ name }) => name).filter((name) => name !== 'on_error');
  expect(operations).toEqual(MUTATE_ORDER);
});

test('the types of convert are those that there are', () => {
  expect(CONVERT_TYPES.filter((type) => !isConvertKind(type))).toEqual([]);
  expect(PAGE).toContain(`knows these types: ${CONVERT_TYPES.map((type) => `\`${type}\``).join(', ')}.`);
});

test('the limits of a log are those that are enforced', () => {
  const rows = new Map(
    tableBelow('## Limits').map(([what = '', limit = '']) => [/`(\w+)`/.exec(what)?.[1] ?? what, limit]),
  );
  const expected = Object.entries(DEFAULT_LIMITS).map(([name, limit]) => [name, limit.toLocaleString('en-US')]);
  expect(expected.map(([name = '']) => [name, rows.get(name)])).toEqual(expected);
});

test('the example is clean, and makes an event', () => {
  const [, example = ''] = /```conf\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const { program, diagnostics } = parseProgram(example);
  expect([...diagnostics, ...lintProgram(program, example)]).toEqual([]);
  const { parser } = createLogParser({ text: example, logType: 'EXAMPLE' });
  const log = { text: '192.0.2.7 ann http://example.com/a', createTime: { seconds: 1_700_000_000, nanos: 0 } };
  expect(parser?.parse(log)).toMatchObject({
    error: null,
    events: [{ principal: { ip: ['192.0.2.7'], user: { userid: 'ann' } }, target: { url: 'http://example.com/a' } }],
  });
});
