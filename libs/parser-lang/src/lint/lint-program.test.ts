import { expect, test } from 'vitest';
import { parseProgram } from '../syntax/parse-program.ts';
import { lintProgram } from './lint-program.ts';

function rulesIn(text: string, disabled: readonly string[] = []): readonly string[] {
  return lintProgram(parseProgram(text).program, text, { disabled }).map(({ rule }) => rule);
}

const HEAD = 'filter {\n  mutate { merge => { "@output" => "message" } }\n';

test('findings come in the order of the text', () => {
  const text = `${HEAD}  if [b] == "" { statedump {} }\n  csv { source => "message" tab => "x" }\n}`;
  expect(rulesIn(text)).toEqual(['unset-name-in-condition', 'statedump-left', 'misspelt-option']);
});

test('a rule that is disabled says nothing', () => {
  const text = `${HEAD}  if [b] == "" { statedump {} }\n}`;
  expect(rulesIn(text, ['statedump-left'])).toEqual(['unset-name-in-condition']);
});

test('a comment behind code switches rules off for its line', () => {
  expect(rulesIn(`${HEAD}  statedump {} # lint-disable statedump-left\n  statedump {}\n}`)).toEqual(['statedump-left']);
});

test('a comment alone on a line switches rules off for the next line', () => {
  expect(rulesIn(`${HEAD}  # lint-disable statedump-left -- for the demo\n  statedump {}\n  statedump {}\n}`)).toEqual([
    'statedump-left',
  ]);
});

test('a comment may name several rules, or none for all', () => {
  const line = 'if [b] == "" { statedump {} }';
  expect(rulesIn(`${HEAD}  ${line} # lint-disable statedump-left, unset-name-in-condition\n}`)).toEqual([]);
  expect(rulesIn(`${HEAD}  ${line} # lint-disable\n}`)).toEqual([]);
  expect(rulesIn(`${HEAD}  ${line} # lint-disable statedump-left\n}`)).toEqual(['unset-name-in-condition']);
});

test('a comment for the file switches a rule off everywhere', () => {
  expect(rulesIn(`# lint-disable-file statedump-left\n${HEAD}  statedump {}\n  statedump {}\n}`)).toEqual([]);
});

test('what looks like such a comment inside a string switches nothing off', () => {
  const text = `${HEAD}  statedump { label => "# lint-disable statedump-left" }\n}`;
  expect(rulesIn(text)).toEqual(['statedump-left']);
});

test('a comment that only begins like one switches nothing off', () => {
  expect(rulesIn(`${HEAD}  statedump {} # lint-disabled statedump-left\n}`)).toEqual(['statedump-left']);
});

test('a text with syntax errors is linted as far as it could be read', () => {
  expect(rulesIn(`${HEAD}  mutate { replace => }\n  statedump {}\n}`)).toEqual(['statedump-left']);
});
