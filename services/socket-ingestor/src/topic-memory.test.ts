import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PartitionEnds } from './partition-ends.ts';
import { recallTopics, rememberTopics } from './topic-memory.ts';

describe('what is known of the topics while the log is away', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lw-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is what was remembered last', async () => {
    await rememberTopics(directory, new Map([['a', 3]]));
    await rememberTopics(directory, new Map(Object.entries({ a: 4, b: 2 })));
    await expect(recallTopics(directory, ['b', 'a'])).resolves.toEqual(new Map(Object.entries({ b: 2, a: 4 })));
  });

  it.each([
    ['there is no file', null],
    ['the file is torn', '{"a":'],
    ['the file holds no object', '7'],
    ['one topic is missing', '{"b":2}'],
    ['a count is none', '{"a":"4"}'],
    ['a count is out of bounds', '{"a":0}'],
    ['a count is too large', '{"a":100001}'],
  ])('is nothing when %s', async (_, text) => {
    if (text !== null) writeFileSync(join(directory, 'topics.json'), text);
    await expect(recallTopics(directory, ['a'])).resolves.toBeNull();
  });

  it('does not hold when a topic has got other partitions', async () => {
    const ends = new PartitionEnds(new Map([['a', 2]]));
    const watermarks = async () => [0, 1, 2].map(() => ({ low: 0, high: 0, stable: 0 }));
    await expect(ends.read({ watermarks })).rejects.toThrow('topic a has 3 partitions, and had 2');
    expect(ends.known).toBe(false);
  });
});
