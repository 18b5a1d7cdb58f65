import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { ENTRY_POINTS } from './entry-points.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What is started for tests, fuzzing and load only. */
const NOT_SHIPPED = /\/(testing|torture|fuzz|demo|simulation)\/|\.test\.ts$|\/crash-worker\.ts$/;

it('each entry point has its source', () => {
  for (const source of Object.values(ENTRY_POINTS)) expect(existsSync(join(ROOT, source)), source).toBe(true);
});

it('each program that a module starts beside itself is an entry point', () => {
  const beside = globSync('{libs,services}/*/src/**/*.ts', { cwd: ROOT })
    .filter((file) => !NOT_SHIPPED.test(file))
    .flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/new URL\((?:\w+ \? )?[`'"]\.\/([\w-]+)/g)].map(
        ([, name]) => name,
      ),
    );
  expect(beside.length).toBeGreaterThan(3);
  expect(Object.keys(ENTRY_POINTS)).toEqual(expect.arrayContaining(beside));
});

it('each source that is named like a program of its own is an entry point', () => {
  const workers = globSync('{libs,services}/*/src/**/*-worker.ts', { cwd: ROOT }).filter(
    (file) => !NOT_SHIPPED.test(file),
  );
  for (const file of workers) expect(ENTRY_POINTS).toHaveProperty(basename(file, '.ts'), file);
});
