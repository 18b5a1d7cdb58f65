import { expect, test } from 'vitest';
import { parseProgram } from './parse-program.ts';
import type { Condition, Literal, Operand, Statement } from './tree.ts';

function statementsOf(text: string): readonly Statement[] {
  const { program, diagnostics } = parseProgram(`filter {\n${text}\n}`);
  expect(diagnostics).toEqual([]);
  return program.statements;
}

function valueOf(text: string): Literal | undefined {
  const [statement] = statementsOf(`mutate { option => ${text} }`);
  return statement?.kind === 'plugin' ? statement.options[0]?.value : undefined;
}

/** A literal as plain data. */
function plain(literal: Literal | undefined): unknown {
  switch (literal?.kind) {
    case 'string':
    case 'code':
      return literal.text;
    case 'number':
      return Number(literal.text);
    case 'boolean':
      return literal.value;
    case 'array':
      return literal.items.map(plain);
    case 'hash':
      return literal.pairs.map(({ key, value }) => [key, plain(value)]);
    case undefined:
      return undefined;
    default:
      return literal satisfies never;
  }
}

function operandText(operand: Operand): string {
  if (operand.kind === 'field') return operand.names.join('/');
  return operand.kind === 'regexp' ? `/${operand.source}/` : JSON.stringify(plain(operand));
}

/** A condition with all its parentheses. */
function grouped(condition: Condition): string {
  switch (condition.kind) {
    case 'logical':
      return `(${grouped(condition.left)} ${condition.operator} ${grouped(condition.right)})`;
    case 'not':
      return `!${grouped(condition.operand)}`;
    case 'comparison':
      return `${operandText(condition.left)} ${condition.operator} ${operandText(condition.right)}`;
    case 'membership':
      return `${operandText(condition.left)}${condition.negated ? ' not' : ''} in ${operandText(condition.right)}`;
    case 'operand':
      return operandText(condition.operand);
    default:
      return condition satisfies never;
  }
}

function conditionOf(text: string): string {
  const [statement] = statementsOf(`if ${text} { }`);
  return statement?.kind === 'if' && statement.branches[0] ? grouped(statement.branches[0].condition) : '';
}

test.each([
  ['"a\\"b"', 'a"b'],
  ["'a\\'b'", "a'b"],
  ['"a\\\\b"', 'a\\b'],
  ['"\\\\\\\\"', '\\\\'],
  ['"\\d\\n"', 'dn'],
  ['"\\.\\[\\/"', '.[/'],
  ['"a\nb # c"', 'a\nb # c'],
  ['bareword', 'bareword'],
  ['-12.5', -12.5],
  ['true', true],
  ['"true"', 'true'],
  ['[ "a", "b" ]', ['a', 'b']],
  ['[ "a" "b", ]', ['a', 'b']],
  ['[ "a", # one\n [ 1 ] ]', ['a', [1]]],
  [
    '{ "a" => "b" "c" => 1 }',
    [
      ['a', 'b'],
      ['c', 1],
    ],
  ],
  [
    '{ "a" = "b", c : d }',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['`x => "y"`', 'x => "y"'],
])('reads the value %s', (text, expected) => {
  expect(plain(valueOf(text))).toEqual(expected);
});

test.each([
  ['[a] == "b" and [c] != 1 or ![d]', '((a == "b" and c != 1) or !d)'],
  ['[a] or [b] and [c]', '(a or (b and c))'],
  ['([a] or [b]) && [c] || [d]', '(((a or b) and c) or d)'],
  ['[a] nand [b] xor [c]', '((a nand b) xor c)'],
  ['!([a] and [b])', '!(a and b)'],
  ['not [a]', '!a'],
  ['[a][b] [c] =~ "x"', 'a/b/c =~ "x"'],
  ['[a] =~ ("x")', 'a =~ "x"'],
  ['[a] !~ /x\\/y/', 'a !~ /x/y/'],
  ['[a] in ["x", 1, true]', 'a in ["x",1,true]'],
  ['[a] not in [b]', 'a not in b'],
  ['"x" in [a]', '"x" in a'],
  ['[0] == [a][0]', '[0] == a/0'],
  ['[a] >= -1 and [a]<2', '(a >= -1 and a < 2)'],
])('reads the condition %s', (text, expected) => {
  expect(conditionOf(text)).toBe(expected);
});

test('reads loops over lists, maps and XML', () => {
  const sources = statementsOf(`for x in a.b { }
    for i, x in "a.b" { }
    for k, v in a map { }
    for i, _ in xml(message, /a/b[@n='(']) { }`);
  expect(sources).toMatchObject([
    { names: ['x'], source: { kind: 'list', path: 'a.b' } },
    { names: ['i', 'x'], source: { kind: 'list', path: 'a.b' } },
    { names: ['k', 'v'], source: { kind: 'map', path: 'a' } },
    { names: ['i', '_'], source: { kind: 'xml', token: 'message' } },
  ]);
});

test('counts filters and control flow in the order of the text', () => {
  const [first, second] = statementsOf('json { }\nif [a] { drop { } } else { for x in l { kv { } } }');
  expect([first?.index, second?.index]).toEqual([0, 1]);
  expect(second).toMatchObject({
    branches: [{ body: [{ name: 'drop', index: 2 }] }],
    otherwise: [{ kind: 'for', index: 3, body: [{ name: 'kv', index: 4 }] }],
  });
});

test('joins the statements of several blocks', () => {
  const { program, diagnostics } = parseProgram('filter { drop { } }\n# more\nfilter { json { } }');
  expect(diagnostics).toEqual([]);
  expect(program).toMatchObject({ statements: [{ name: 'drop' }, { name: 'json' }], statementCount: 2 });
});

test('spans are those of the text', () => {
  const text = 'filter { json { source => "a\\"b" } }';
  const [json] = parseProgram(text).program.statements;
  if (json?.kind !== 'plugin') throw new Error('no filter was read');
  const slice = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  expect(slice(json.span)).toBe('json { source => "a\\"b" }');
  expect(slice(json.nameSpan)).toBe('json');
  expect(json.options.map((option) => [slice(option.span), slice(option.nameSpan), slice(option.value.span)])).toEqual([
    ['source => "a\\"b"', 'source', '"a\\"b"'],
  ]);
});
