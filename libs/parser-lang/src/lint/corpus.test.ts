import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseProgram } from '../syntax/parse-program.ts';
import { lintProgram } from './lint-program.ts';

/** A directory of real parsers, one in each folder; they are no part of this repository. */
const directory = process.env.LOGWEAVE_PARSER_CORPUS ?? '';

test.skipIf(directory === '')('no rule speaks about most of the real parsers', () => {
  const names = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = new Map<string, number>();
  for (const { name } of names) {
    const text = readFileSync(join(directory, name, 'parser.conf'), 'utf8');
    const rules = new Set(lintProgram(parseProgram(text).program, text).map(({ rule }) => rule));
    for (const rule of rules) files.set(rule, (files.get(rule) ?? 0) + 1);
  }
  expect(names.length).toBeGreaterThan(0);
  expect([...files].filter(([, count]) => count > names.length / 2)).toEqual([]);
});
