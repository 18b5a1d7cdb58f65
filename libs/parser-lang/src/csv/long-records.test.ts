import { expect, it } from 'vitest';
import { compileKv } from '../kv/compile-kv.ts';
import { compileCsv } from './compile-csv.ts';

const LENGTH = 2 * 1024 * 1024;

/** The CPU time of the last of some runs, when V8 has optimised what runs. */
function optimisedCpuMs(run: () => void): number {
  for (let left = 4; left > 0; left--) run();
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

it.each([
  ['csv', compileCsv({ separator: 'a', lazyQuotes: true }), '{"a":'],
  ['csv without quotes at the beginning', compileCsv({ lazyQuotes: true }), 'x,"y",'],
  ['kv', compileKv(), 'word '],
])('fault 45: %s reads a text of 2 MiB in linear time, optimised as well', (_, extract, unit) => {
  const text = unit.repeat(LENGTH / unit.length);
  expect(optimisedCpuMs(() => extract(text))).toBeLessThan(2_000);
});
