import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatDiagnostic, LineIndex } from './diagnostic.ts';
import { parseProgram } from './parse-program.ts';

/** A directory of real parsers, one in each folder; they are no part of this repository. */
const directory = process.env.LOGWEAVE_PARSER_CORPUS ?? '';
const names =
  directory === ''
    ? []
    : readdirSync(directory, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);

test.skipIf(directory === '')('every real parser is read without an error', () => {
  expect(names.length).toBeGreaterThan(0);
  const errors = names.flatMap((name) => {
    const text = readFileSync(join(directory, name, 'parser.conf'), 'utf8');
    return parseProgram(text)
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map((diagnostic) => formatDiagnostic(diagnostic, new LineIndex(text), name));
  });
  expect(errors).toEqual([]);
});
