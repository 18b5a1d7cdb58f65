import { expect, test } from 'vitest';
import { LineIndex } from './diagnostic.ts';
import { parseProgram } from './parse-program.ts';

/** `line:column message` and the hint, for each error of a text. */
function errorsIn(text: string): readonly (readonly [place: string, message: string, hint: string])[] {
  const lines = new LineIndex(text);
  return parseProgram(text).diagnostics.map(({ span, message, hint }) => {
    const { line, column } = lines.positionOf(span.start);
    return [`${line}:${column}`, message, hint];
  });
}

const WRAP = 'all statements of a parser stand in one block: filter { … }';
const LOOP = 'write for x in list { … }';
const XML_LOOP = 'write for i, _ in xml(message, /Event/Data) { … }';

const BROKEN: readonly (readonly [about: string, text: string, place: string, message: string, hint: string])[] = [
  ['no text', '', '1:1', 'this parser is empty', WRAP],
  ['comments alone', '# nothing\n', '2:1', 'this parser is empty', WRAP],
  ['a statement outside of the block', 'mutate { }', '1:1', 'expected "filter {", found "mutate { }"', WRAP],
  ['a block for inputs', 'input { }\nfilter { }', '1:1', 'expected "filter {", found "input { }"', WRAP],
  ['a brace too many', 'filter {\n  drop {}\n}\n}', '4:1', 'expected "filter {", found "}"', WRAP],
  ['a block that is not closed', 'filter {\n  drop {}\n', '1:8', 'this "{" is never closed', 'add the missing "}"'],
  [
    'a filter that is not closed',
    'filter {\n  mutate { replace => { "a" => "b" }\n}',
    '1:8',
    'this "{" is never closed',
    'add the missing "}"',
  ],
  [
    'a filter without braces',
    'filter {\n  drop\n}',
    '3:1',
    'expected "{" after "drop", found "}"',
    'a filter has its options in braces: name { option => value }',
  ],
  [
    'an option without an arrow',
    'filter {\n  json { source "message" }\n}',
    '2:17',
    'expected "=>" after the option "source", found "\\"message\\" }"',
    'write "key" => "value"',
  ],
  [
    'an option without a value',
    'filter {\n  json { source => }\n}',
    '2:20',
    'expected a value, found "}"',
    'put the value in double quotes',
  ],
  [
    'something else than an option',
    'filter {\n  json { => "x" }\n}',
    '2:10',
    'expected an option of "json", found "=> \\"x\\" }"',
    'write option => value',
  ],
  [
    'a string without its end',
    'filter {\n  json { source => "message }\n}',
    '2:20',
    'this string has no end',
    'close it with "',
  ],
  [
    'a string in single quotes without its end',
    "filter {\n  json { source => 'message }\n}",
    '2:20',
    'this string has no end',
    "close it with '",
  ],
  [
    'an array that is not closed',
    'filter {\n  grok { overwrite => ["a", "b" }\n}',
    '2:23',
    'this array is not closed',
    'close it with "]"',
  ],
  [
    'a hash that is not closed',
    'filter {\n  mutate { replace => { "a" => "b" \n}',
    '2:10',
    'the filter "mutate" is never closed',
    'add the missing "}"',
  ],
  [
    'a pair without an arrow',
    'filter {\n  mutate { replace => { "a" "b" } }\n}',
    '2:29',
    'expected "=>" after the key "a", found "\\"b\\" } }"',
    'write "key" => "value"',
  ],
  [
    'a pair without a key',
    'filter {\n  mutate { replace => { => "b" } }\n}',
    '2:25',
    'expected a key, found "=> \\"b\\" } }"',
    'put the key in double quotes',
  ],
  [
    'an "else" by itself',
    'filter {\n  else { drop {} }\n}',
    '2:3',
    '"else" without an "if" before it',
    'is there a "}" too many above?',
  ],
  [
    'an "else" with a condition and no "if"',
    'filter {\n  if [a] { }\n  else [b] { }\n}',
    '3:8',
    'expected "{" after "else", found "[b] { }"',
    'a branch has its statements in braces',
  ],
  [
    'an "if" without a condition',
    'filter {\n  if { drop {} }\n}',
    '2:6',
    'expected a field or a value, found "{ drop {} }"',
    'write if [a] == "x" { … }',
  ],
  [
    'an "if" without braces',
    'filter {\n  if [a] == "b" drop {}\n}',
    '2:17',
    'expected "{" after the condition, found "drop {}"',
    'a branch has its statements in braces',
  ],
  [
    'a parenthesis that is not closed',
    'filter {\n  if ([a] == "b" { drop {} }\n}',
    '2:18',
    'expected ")" to close the parenthesis, found "{ drop {} }"',
    'every "(" of a condition needs its ")"',
  ],
  [
    'a comparison without its right side',
    'filter {\n  if [a] == { drop {} }\n}',
    '2:13',
    'expected a field or a value, found "{ drop {} }"',
    'write if [a] == "x" { … }',
  ],
  ['one "=" for two', 'filter {\n  if [a] = "b" { drop {} }\n}', '2:10', '"=" does not compare', 'write [a] == "x"'],
  [
    '"not" without "in"',
    'filter {\n  if [a] not "b" { drop {} }\n}',
    '2:14',
    'expected "in" after "not", found "\\"b\\" { drop {} }"',
    'write [a] not in ["x"]',
  ],
  [
    'a field that is not closed on its line',
    'filter {\n  if [a == "b" {\n    drop {}\n  }\n  if [b] { drop {} }\n}',
    '2:6',
    'this field reference has no end',
    'close it with ]',
  ],
  [
    'an expression without its end',
    'filter {\n  if [a] =~ /x { drop {} }\n}',
    '2:13',
    'this regular expression has no end',
    'close it with /',
  ],
  ['a loop without "in"', 'filter {\n  for x list { }\n}', '2:9', 'expected "in", found "list { }"', LOOP],
  ['a loop without a list', 'filter {\n  for x in { }\n}', '2:12', 'expected a list, found "{ }"', LOOP],
  [
    'a loop over nothing that is a name',
    'filter {\n  for 1 in list { }\n}',
    '2:7',
    'expected a loop variable, found "1 in list { }"',
    LOOP,
  ],
  [
    'an XML loop without a path',
    'filter {\n  for i, x in xml(message) { }\n}',
    '2:26',
    'expected "," after the token, found ") { }"',
    XML_LOOP,
  ],
  [
    'an XML loop whose parenthesis is not closed',
    'filter {\n  for i, x in xml(message, /a/b { }\n}',
    '2:28',
    'expected ")" to close xml(…)',
    XML_LOOP,
  ],
  [
    'something that begins no statement',
    'filter {\n  5 { }\n}',
    '2:3',
    'expected a filter, "if" or "for", found "5 { }"',
    'is a brace missing above?',
  ],
  [
    'a branch behind "else"',
    'filter {\n  if [a] { } else { } else if [b] { }\n}',
    '2:23',
    'a branch behind "else" never runs',
    'remove the branch, or make the earlier "else" an "else if"',
  ],
];

for (const [about, text, place, message, hint] of BROKEN) {
  test(`says what is wrong with ${about}`, () => {
    expect(errorsIn(text)).toEqual([[place, message, hint]]);
  });
}

test('columns count the same behind a byte order mark and carriage returns', () => {
  expect(errorsIn('\uFEFFfilter {\r\n  drop\r\n}')).toEqual(errorsIn('filter {\n  drop\n}'));
});

test('one run names the errors of several statements', () => {
  const text = `filter {
  json { source }
  kv { source => "a" }
  if [a] == { drop {} }
  csv { source => ] }
  if [b] == "x" {
    mutate { replace => { "a" } }
    drop {}
  }
}`;
  expect(errorsIn(text).map(([place, message]) => `${place} ${message}`)).toEqual([
    '2:17 expected "=>" after the option "source", found "}"',
    '4:13 expected a field or a value, found "{ drop {} }"',
    '5:19 expected a value, found "] }"',
    '7:31 expected "=>" after the key "a", found "} }"',
  ]);
});

test('what stands around an error is read', () => {
  const text = `filter {
  json { source => "message" }
  mutate { replace => { "a" "b" } }
  if [a] == "x" {
    kv { source => "lost }
    csv { source => "c" }
  }
  drop {}
}`;
  const { program, diagnostics } = parseProgram(text.replace('"c"', 'c'));
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'expected "=>" after the key "a", found "\\"b\\" } }"',
    'this string has no end',
  ]);
  const [json, branch, drop] = program.statements;
  expect(json).toMatchObject({ kind: 'plugin', name: 'json' });
  expect(branch).toMatchObject({ kind: 'if', branches: [{ body: [{ name: 'csv' }] }] });
  expect(drop).toMatchObject({ kind: 'plugin', name: 'drop' });
});

test('a condition may have 1,000 comparisons and no more', () => {
  const condition = (terms: number) => `filter {\n  if ${'[a] and '.repeat(terms - 1)}[a] { }\n}`;
  expect(errorsIn(condition(1000))).toEqual([]);
  expect(errorsIn(condition(1001)).map(([, message, hint]) => [message, hint])).toEqual([
    ['a condition has more than 1000 comparisons', 'write [a] in ["x", "y"], or several "if"'],
  ]);
});

test('conditions may nest 100 deep, statements 64, values 16, and no more', () => {
  const messages = (text: string) => errorsIn(text).map(([, message]) => message);
  const nested = (open: string, inner: string, close: string, depth: number) =>
    `filter { ${open.repeat(depth)}${inner}${close.repeat(depth)} }`;
  expect(messages(`filter { if ${'!'.repeat(100)}[a] { } }`)).toEqual([]);
  expect(messages(`filter { if ${'!'.repeat(101)}[a] { } }`)).toEqual(['conditions nest more than 100 deep']);
  expect(messages(nested('if [a] { ', '', '} ', 65))).toEqual([]);
  expect(messages(nested('if [a] { ', '', '} ', 66))).toEqual(['statements nest more than 64 deep']);
  expect(messages(nested('', `grok { a => ${'['.repeat(17)}${']'.repeat(17)} }`, '', 1))).toEqual([]);
  expect(messages(nested('', `grok { a => ${'['.repeat(18)}${']'.repeat(18)} }`, '', 1))).toEqual([
    'values nest more than 16 deep',
  ]);
});

test('after 50 errors the rest is not looked at', () => {
  const text = `filter {\n${'json { source }\n'.repeat(80)}}`;
  expect(errorsIn(text)).toHaveLength(50);
});
