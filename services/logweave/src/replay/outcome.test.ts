import { expect, it } from 'vitest';
import { differences, outcomeOf } from './outcome.ts';

const event = (side: 'A' | 'B', timeNs: bigint) => ({ side, timeNs, line: '{"src_ip":"2001:db8::7","src_port":5}' });

it('names the client and the times of both halves', () => {
  expect(outcomeOf(event('A', 7n), event('B', 8n))).toBe('2001:db8::7 5 7 8');
  expect(outcomeOf(event('A', 7n), null)).toBe('2001:db8::7 5 7 -');
  expect(outcomeOf(null, event('B', 8n))).toBe('2001:db8::7 5 - 8');
  expect(() => outcomeOf(null, null)).toThrow('of nothing');
});

it('what is missing and what is too much are found, one for each time', () => {
  expect(differences(['a', 'b'], ['a', 'b'])).toEqual({ missing: [], surplus: [] });
  expect(differences(['a', 'a', 'c'], ['a', 'b', 'c', 'd'])).toEqual({ missing: ['b', 'd'], surplus: ['a'] });
  expect(differences([], ['x', 'x'])).toEqual({ missing: ['x', 'x'], surplus: [] });
  expect(differences(['x'], [])).toEqual({ missing: [], surplus: ['x'] });
});
