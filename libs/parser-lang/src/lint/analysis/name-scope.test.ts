import { expect, test } from 'vitest';
import { NameScope } from './name-scope.ts';

test('a name that nothing sets is never there', () => {
  expect(new NameScope().lookup('a')).toMatchObject({ presence: 'never', kind: null });
});

test('a path brings its parents, as maps', () => {
  const scope = new NameScope();
  scope.set('a.b.c', 'always', 'string');
  expect(scope.lookup('a')).toMatchObject({ presence: 'always', kind: 'map' });
  expect(scope.lookup('a.b')).toMatchObject({ presence: 'always', kind: 'map' });
  expect(scope.lookup('a.b.c')).toMatchObject({ presence: 'always', kind: 'string' });
});

test('a token that is set anew as a whole has lost its parts', () => {
  const scope = new NameScope();
  scope.set('a.b', 'always', 'string');
  scope.set('a', 'always', 'string');
  expect(scope.lookup('a.b').presence).toBe('never');
  scope.set('a.b', 'always', 'string');
  expect(scope.lookup('a.b').presence).toBe('always');
});

test('a token that is removed takes its parts with it', () => {
  const scope = new NameScope();
  scope.set('a.b', 'always', 'string');
  scope.set('a', 'never', null);
  expect(scope.lookup('a').presence).toBe('never');
  expect(scope.lookup('a.b').presence).toBe('never');
});

test('what one of two branches sets is there sometimes, what both set always', () => {
  const scope = new NameScope();
  const [one, two] = [new NameScope(scope), new NameScope(scope)];
  one.set('a', 'always', 'string');
  one.set('b', 'always', 'string');
  two.set('b', 'always', 'number');
  scope.join([one, two]);
  expect(scope.lookup('a')).toMatchObject({ presence: 'sometimes', kind: 'string' });
  expect(scope.lookup('b')).toMatchObject({ presence: 'always', kind: null });
});

test('a branch that drops the log does not count', () => {
  const scope = new NameScope();
  const [one, two] = [new NameScope(scope), new NameScope(scope)];
  one.ended = true;
  two.set('a', 'always', 'string');
  scope.join([one, two]);
  expect(scope.lookup('a').presence).toBe('always');
  expect(scope.ended).toBe(false);
});

test('behind branches that all drop the log nothing runs', () => {
  const scope = new NameScope();
  const branch = new NameScope(scope);
  branch.ended = true;
  scope.join([branch]);
  expect(scope.ended).toBe(true);
});

test('parts that a branch sets behind their parent are there when the branches meet again', () => {
  const scope = new NameScope();
  const branches = [new NameScope(scope), new NameScope(scope)];
  for (const branch of branches) {
    branch.set('a.b', 'always', 'string');
    branch.set('a', 'always', 'string');
    branch.set('a.b', 'always', 'string');
  }
  scope.join(branches);
  expect(scope.lookup('a.b').presence).toBe('always');
});

test('parts that every branch has thrown away are gone when the branches meet again', () => {
  const scope = new NameScope();
  scope.set('a.b', 'always', 'string');
  const branches = [new NameScope(scope), new NameScope(scope)];
  for (const branch of branches) branch.set('a', 'always', 'string');
  scope.join(branches);
  expect(scope.lookup('a.b').presence).toBe('never');
});

test('an extraction to the root makes kinds unknown, and names possible', () => {
  const scope = new NameScope();
  scope.set('a', 'always', 'string');
  scope.loseNames(false);
  expect(scope.lookup('a')).toMatchObject({ presence: 'always', kind: null });
  expect(scope.open).toBe(true);
  scope.set('a', 'always', 'number');
  expect(scope.lookup('a').kind).toBe('number');
});

test('an extraction of one branch counts behind it', () => {
  const scope = new NameScope();
  scope.set('a', 'always', 'string');
  const branch = new NameScope(scope);
  branch.loseNames(false);
  scope.join([branch, new NameScope(scope)]);
  expect(scope.open).toBe(true);
  expect(scope.lookup('a').kind).toBeNull();
});
