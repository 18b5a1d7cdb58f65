import { expect, it } from 'vitest';
import { compileRegExp } from '../linear-regexp.ts';

const MIB = 1024 * 1024;

it('fault 46: fifty expressions that have seen a text of 1 MiB hold no more of it than one', () => {
  const text = 'x '.repeat(MIB / 2);
  const expressions = Array.from({ length: 50 }, (_, at) => compileRegExp(`(\\w+) (\\w+) ?y{${at + 1}}|x x$`));
  const before = process.memoryUsage().arrayBuffers;
  for (const expression of expressions) expression.exec(text);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * MIB);
});
