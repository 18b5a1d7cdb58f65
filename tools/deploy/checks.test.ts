import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Checks } from './checks.ts';

let printed: string[];

beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => void vi.restoreAllMocks());

it('counts what has no problems as passed, and tells the problems of what has some', async () => {
  const checks = new Checks();
  expect(await checks.check('a', () => [])).toBe(true);
  expect(await checks.check('b', () => Promise.resolve(['too few', 'and\nlate']))).toBe(false);
  expect(checks.finish()).toBe(1);
  expect(printed).toEqual(['ok     a', 'FAILED b', '       too few', '       and\n       late', '1 passed, 1 failed']);
});

it('takes an error for a problem, and adds what others have counted', async () => {
  const checks = new Checks();
  await checks.check('a', () => {
    throw new Error('no such file');
  });
  checks.count(177, 0);
  expect(checks.failed).toBe(1);
  expect(checks.finish()).toBe(1);
  expect(printed.slice(-2)).toEqual(['       no such file', '177 passed, 1 failed']);
});
