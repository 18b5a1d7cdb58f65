import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agrees, compareFile } from './compare-outputs.ts';
import { md5Of, type ResultRecord } from './log-contents.ts';

describe('the comparison of the file with the result topic', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'compare-outputs-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const results = ['one', 'two', 'two'].map(
    (text, offset): ResultRecord => ({ offset, a: offset, b: null, md5: md5Of(Buffer.from(text)) }),
  );

  it.each([
    ['one\ntwo\ntwo\n', { rows: 3, missing: 0, surplus: 0 }, true],
    ['two\none\ntwo\n', { rows: 3, missing: 0, surplus: 0 }, true],
    ['one\ntwo\n', { rows: 2, missing: 1, surplus: 0 }, false],
    ['one\ntwo\ntwo\ntwo\n', { rows: 4, missing: 0, surplus: 1 }, false],
    ['one\ntwo\ntw', { rows: 3, missing: 1, surplus: 1 }, false],
  ])('counts for %j what is missing and what is too much', async (text, difference, same) => {
    const path = join(directory, 'out');
    await writeFile(path, text);
    const found = await compareFile(path, results);
    expect(found).toMatchObject(difference);
    expect(agrees(found)).toBe(same);
  });
});
