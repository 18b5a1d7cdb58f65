import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ingestorIdentity } from './ingestor-identity.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

test('an ingestor keeps the id that it has made, and makes the directory that it is in', async () => {
  const inner = join(directory, 'data');
  const id = await ingestorIdentity(inner);
  expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect(await ingestorIdentity(inner)).toBe(id);
  expect(readdirSync(inner)).toEqual(['ingestor-id']);
  expect(await ingestorIdentity(join(directory, 'other'))).not.toBe(id);
});

test('several that start at once agree', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => ingestorIdentity(directory)));
  expect(new Set(ids).size).toBe(1);
  expect(readdirSync(directory)).toEqual(['ingestor-id']);
});

test('a file that holds no id is not written over', async () => {
  writeFileSync(join(directory, 'ingestor-id'), 'mine\n');
  await expect(ingestorIdentity(directory)).rejects.toThrow(`${join(directory, 'ingestor-id')}: holds no id`);
});
