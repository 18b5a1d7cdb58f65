import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lintProgram } from '../lint/lint-program.ts';
import { parseProgram } from './parse-program.ts';
import { everySpan } from './testing/every-span.ts';

const VALID = `# An example with every construct.
filter {
  mutate { replace => { "a" => "" "b.c" => "%{message}" } on_error => "bad" }
  grok { match => { "message" => ["^%{IP:ip} \\\\[%{DATA:time}\\\\]", '(?P<own>x)'] } overwrite => ["ip"] }
  json { source => "message", array_function => "split_columns" }
  if [a] == "x" and ![bad] or ([b][c] not in ["", 0] && [n] >= -1.5) {
    date { match => ["time", "yyyy-MM-dd'T'HH:mm:ss"] rebase => true }
  } else if [ip] =~ /^1\\/0/ or [ip] !~ ("x") {
    drop { tag => "TAG_UNSUPPORTED" }
  } else {
    for i, x in list.0 { mutate { merge => { "event.idm.read_only_udm.principal.ip" => "x" } } }
    for k, v in "obj" map { mutate { gsub => ["v", "\\\\s+", "$1"] } }
    for i, _ in xml(message, /a/b[%{i}]/c) { xml { source => "message" xpath => { "/a[1]" => "t" } } }
  }
  code { javascript => \`x\` }
  mutate { merge => { "@output" => "event" } }
}
`;

const FRAGMENTS =
  '{|}|[|]|(|)|"|\'|\\|`|/|#|\n|,|=>|=|==|!|=~| in |%{|if |else |for |not |and |filter|xml(|mutate|0|é|\uFEFF|\0|"a" => "b"'.split(
    '|',
  );

/** A place in the text, how much is taken out there, and what is put in. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat({ max: 12 }),
  insert: fc.constantFrom('', ...FRAGMENTS),
});

function edited(edits: readonly { at: number; remove: number; insert: string }[]): string {
  return edits.reduce((text, { at, remove, insert }) => {
    const from = Math.floor(at * text.length);
    return text.slice(0, from) + insert + text.slice(from + remove);
  }, VALID);
}

test('the example is valid', () => {
  expect(parseProgram(VALID).diagnostics).toEqual([]);
});

test('any damage to a program is read and linted without an exception, and every span lies within the text', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      const text = edited(edits);
      const { program, diagnostics } = parseProgram(text);
      const found = lintProgram(program, text);
      for (const { start, end } of everySpan(program, [...diagnostics, ...found])) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 500 },
  );
});

test('any text at all is read without an exception', () => {
  const text = fc.array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ maxLength: 5 })), { maxLength: 60 });
  fc.assert(
    fc.property(text, (pieces) => {
      const source = `filter {${pieces.join('')}`;
      const { program, diagnostics } = parseProgram(source);
      expect(diagnostics.length).toBeLessThanOrEqual(51);
      lintProgram(program, source);
    }),
    { numRuns: 500 },
  );
});

const SIZE = 100_000;

function filled(piece: (at: number) => string): string {
  let text = '';
  for (let at = 0; text.length < SIZE; at++) text += piece(at);
  return text;
}

const LARGE: readonly (readonly [about: string, text: string])[] = [
  ['a long chain of "and"', `filter { if ${filled(() => '[a] and ')}[a] { drop {} } }`],
  ['parentheses', `filter { if ${filled(() => '(')}`],
  ['negations', `filter { if ${filled(() => '!')}[a] { } }`],
  ['branches', `filter { if [a] { } ${filled((at) => `else if [a${at}] == "b" { kv { on_error => "k${at}" } }\n`)} }`],
  ['nested conditions', `filter { ${filled(() => 'if [a] { ')}`],
  ['nested loops', `filter { ${filled(() => 'for x in y { ')}`],
  ['nested arrays', `filter { a { b => ${filled(() => '[')}`],
  ['nested hashes', `filter { a { b => ${filled(() => '{ "a" => ')}`],
  ['lost quotes', `filter { ${filled(() => '"\'\n')}`],
  ['comments', `filter { ${filled(() => '#\n')} }`],
  ['texts with many tokens', `filter { mutate { replace => { "a" => "\\"${filled(() => '%{x}')}" } } }`],
  ['one long path', `filter { mutate { replace => { "${filled(() => 'a.')}b" => "" } } }`],
  [
    'many names',
    `filter { ${filled((at) => `mutate { rename => { "k${at}" => "k${at + 1}" } on_error => "f${at}" }\n`)} }`,
  ],
  [
    'many slips',
    `filter { mutate { replace => { ${filled((at) => `"name${at}" => ""\n`)} } } ${filled((at) => `if [nmae${at}] { }`)} }`,
  ],
  [
    'operations in one block',
    `filter { mutate { ${filled((at) => `convert => { "a${at}" => "integer" } replace => { "b${at}" => "x" }\n`)} } }`,
  ],
];

// Measured: at most a second each, most a tenth of that. What grows with the square takes minutes.
test.each(LARGE)('100 KB of %s are read and linted in seconds', (_, text) => {
  const startedAt = performance.now();
  const { program } = parseProgram(text);
  lintProgram(program, text);
  expect(performance.now() - startedAt).toBeLessThan(8_000);
});
