import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareJson } from './compare-json.ts';

it('names the smallest places that differ, by their paths', () => {
  const expected = { events: [{ target: { ip: ['192.0.2.1', '192.0.2.2'], port: 80 }, network: {} }], dropped: 'X' };
  const got = { events: [{ target: { ip: ['192.0.2.1'], port: '80' }, network: { 'a.b': 1 } }, { metadata: {} }] };
  expect(compareJson(expected, got)).toEqual([
    { path: 'events[0].target.ip[1]', expected: '192.0.2.2', got: undefined },
    { path: 'events[0].target.port', expected: 80, got: '80' },
    { path: 'events[0].network["a.b"]', expected: undefined, got: 1 },
    { path: 'events[1]', expected: undefined, got: { metadata: {} } },
    { path: 'dropped', expected: 'X', got: undefined },
  ]);
});

it('takes kinds apart and keeps names of prototypes ordinary', () => {
  expect(compareJson({ a: [] }, { a: {} })).toEqual([{ path: 'a', expected: [], got: {} }]);
  expect(compareJson({}, JSON.parse('{"toString":"x"}'))).toEqual([
    { path: 'toString', expected: undefined, got: 'x' },
  ]);
});

it('finds no difference between a value and its copy, whatever the order of its members', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const copy: unknown = JSON.parse(JSON.stringify(value), (_, member: unknown) => reversed(member));
      expect(compareJson(JSON.parse(JSON.stringify(value)), copy)).toEqual([]);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toReversed());
}
