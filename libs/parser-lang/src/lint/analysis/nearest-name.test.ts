import { expect, test } from 'vitest';
import { didYouMean, nearestName } from './nearest-name.ts';

test('finds the name that differs by a slip or two', () => {
  const known = ['separator', 'source', 'target', 'on_error'];
  expect(nearestName('seperator', known)).toBe('separator');
  expect(nearestName('soruce', known)).toBe('source');
  expect(nearestName('On_Error', known)).toBe('on_error');
});

test('finds nothing where names are short or far', () => {
  expect(nearestName('ip', ['id_x', 'host'])).toBeNull();
  expect(nearestName('something', ['separator'])).toBeNull();
});

test('never finds the name itself, which may be known from elsewhere in the text', () => {
  expect(nearestName('result', ['result', 'results'])).toBe('results');
  expect(nearestName('result', ['result'])).toBeNull();
});

test('puts the name into words', () => {
  expect(didYouMean('kvv', ['kv', 'csv'])).toBe('did you mean "kv"?');
  expect(didYouMean('nothing', ['kv'])).toBe('');
});

test('a name that nobody has typed is not guessed at', () => {
  const long = 'message'.repeat(1_000);
  expect(nearestName(long, [`${long}s`])).toBeNull();
});
