import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileTail, type FileTailOptions, type TailStep } from './file-tail.ts';
import { formatTailPosition, parseTailPosition, type TailPosition } from './tail-position.ts';

let directory: string;
let path: string;
let readers: Reader[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-tail-'));
  path = join(directory, 'access.log');
  readers = [];
});

afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.tail.close()));
  rmSync(directory, { recursive: true });
});

/** A tail, what it has read, and time that passes when it is told to. */
class Reader {
  readonly lines: string[] = [];
  readonly changes: string[] = [];
  position: TailPosition | null = null;
  nowMs = 0;
  readonly tail: FileTail;

  constructor(options: Partial<FileTailOptions> = {}) {
    this.tail = new FileTail(
      {
        path,
        limits: { maxLineBytes: 4_096, previewBytes: 8 },
        chunkBytes: 64,
        startAt: 'beginning',
        clock: { monotonicMs: () => this.nowMs },
        ...options,
      },
      {
        line: (bytes, start, end) => this.lines.push(bytes.toString('latin1', start, end)),
        oversized: (line) => this.lines.push(`oversized ${line.lengthBytes}`),
        changed: (change) => this.changes.push(change),
      },
    );
    readers.push(this);
  }

  /** Reads until there is nothing more at present. */
  async drain(): Promise<void> {
    for (let step = await this.step(); step.kind === 'read'; step = await this.step());
  }

  /** One piece of what there is. */
  async piece(): Promise<void> {
    await this.step();
    await this.step();
  }

  async step(): Promise<TailStep> {
    const step = await this.tail.read();
    if (step.kind === 'read') this.position = step.position;
    return step;
  }

  /** Long enough for a file that was rotated away to be left. */
  async drainLater(): Promise<void> {
    await this.drain();
    this.nowMs += 5_000;
    await this.drain();
  }
}

/** Another process that goes on from what the last one has stored. */
async function successor(before: Reader): Promise<Reader> {
  await before.tail.close();
  const after = new Reader();
  const stored = before.position === null ? null : formatTailPosition(before.position);
  after.position = stored === null ? null : parseTailPosition(stored);
  await after.tail.seek(after.position);
  return after;
}

async function reader(options: Partial<FileTailOptions> = {}): Promise<Reader> {
  const made = new Reader(options);
  await made.tail.seek(null);
  return made;
}

test('lines are read as they come, and half a line at the end waits for its other half', async () => {
  writeFileSync(path, 'one\ntwo\r\n\nthr');
  const tail = await reader();
  await tail.drain();
  expect(tail.lines).toEqual(['one', 'two']);
  tail.nowMs += 3_600_000;
  await tail.drain();
  appendFileSync(path, 'ee\n');
  await tail.drain();
  expect(tail.lines).toEqual(['one', 'two', 'three']);
});

test('fault 38: bytes that are no text come as they are', async () => {
  writeFileSync(path, Buffer.from('\xef\xbb\xbfa\0\xff\xed\xa0\x80\nb\n', 'latin1'));
  const tail = await reader();
  await tail.drain();
  expect(tail.lines).toEqual(['\xef\xbb\xbfa\0\xff\xed\xa0\x80', 'b']);
});

test('a file that is not there is waited for', async () => {
  const tail = await reader();
  expect(await tail.step()).toEqual({ kind: 'waiting' });
  writeFileSync(path, 'one\n');
  await tail.drain();
  expect([tail.lines, tail.changes]).toEqual([['one'], []]);
});

test('who begins at the end begins behind the last whole line, and in a later file at its start', async () => {
  writeFileSync(path, 'old\nhal');
  const tail = await reader({ startAt: 'end' });
  appendFileSync(path, 'f\nnew\n');
  await tail.drain();
  expect(tail.lines).toEqual(['half', 'new']);
  rmSync(path);
  const later = await reader({ startAt: 'end' });
  writeFileSync(path, 'first\n');
  await later.drain();
  expect(later.lines).toEqual(['first']);
});

test('a file that is renamed is read to its end, and then the one at its path', async () => {
  writeFileSync(path, 'one\n');
  const tail = await reader();
  await tail.drain();
  renameSync(path, `${path}.1`);
  appendFileSync(`${path}.1`, 'two\n');
  await tail.drain();
  writeFileSync(path, 'four\n');
  await tail.drain();
  // Whoever writes has the old file open still.
  tail.nowMs += 4_999;
  appendFileSync(`${path}.1`, 'three\n');
  await tail.drain();
  tail.nowMs += 4_999;
  await tail.drain();
  expect([tail.lines, tail.changes]).toEqual([['one', 'two', 'three'], []]);
  tail.nowMs += 1;
  await tail.drain();
  expect([tail.lines, tail.changes]).toEqual([['one', 'two', 'three', 'four'], ['rotated']]);
});

test('half a line at the end of a file that was rotated away is a line', async () => {
  writeFileSync(path, 'one\nhalf');
  const tail = await reader();
  await tail.drain();
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'two\n');
  await tail.drainLater();
  expect(tail.lines).toEqual(['one', 'half', 'two']);
});

test('a file that is deleted and made anew is read from its start', async () => {
  writeFileSync(path, 'one\n');
  const tail = await reader();
  await tail.drain();
  unlinkSync(path);
  await tail.drain();
  writeFileSync(path, 'two\n');
  await tail.drainLater();
  expect(tail.lines).toEqual(['one', 'two']);
});

test('two rotations within the quiet time leave out no file', async () => {
  writeFileSync(path, 'one\n');
  const tail = await reader();
  await tail.drain();
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'two\n');
  await tail.drain();
  renameSync(`${path}.1`, `${path}.2`);
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'three\n');
  await tail.drainLater();
  await tail.drainLater();
  expect(tail.lines).toEqual(['one', 'two', 'three']);
});

test('an older file that somebody has touched is not read again', async () => {
  writeFileSync(`${path}.1`, 'zero\n');
  writeFileSync(path, 'one\n');
  const tail = await reader();
  await tail.drain();
  renameSync(`${path}.1`, `${path}.2`);
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'two\n');
  utimesSync(`${path}.2`, new Date(), new Date(Date.now() + 60_000));
  await tail.drainLater();
  expect(tail.lines).toEqual(['one', 'two']);
});

test('copytruncate: what was read is not read again, and what the copy has alone is read there', async () => {
  const old = Array.from({ length: 100 }, (_, i) => `old ${i}`);
  writeFileSync(path, `${old.slice(0, 50).join('\n')}\nol`);
  const tail = await reader();
  await tail.drain();
  appendFileSync(path, `${old.slice(50).join('\n').slice(2)}\n`);
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
  appendFileSync(path, 'new 0\n');
  await tail.drainLater();
  expect(tail.lines).toEqual([...old, 'new 0']);
});

test('copytruncate: a file that has grown beyond what was read of it is known to be another', async () => {
  writeFileSync(path, 'old 0\nold 1\n');
  const tail = await reader();
  await tail.drain();
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
  appendFileSync(path, 'new 0\nnew 1\nnew 2\n');
  await tail.drain();
  expect([tail.lines, tail.changes]).toEqual([['old 0', 'old 1', 'new 0', 'new 1', 'new 2'], ['truncated']]);
});

test('a file that is cut short and not copied is read from its start, half a line of it handed on', async () => {
  writeFileSync(path, 'old\nhalf');
  const tail = await reader();
  await tail.drain();
  truncateSync(path);
  await tail.drain();
  appendFileSync(path, 'new\n');
  await tail.drain();
  expect([tail.lines, tail.changes]).toEqual([['old', 'half', 'new'], ['truncated']]);
});

test('the next process goes on where the position is, half a line read again', async () => {
  writeFileSync(path, 'one\ntwo\nhal');
  const first = await reader();
  await first.drain();
  appendFileSync(path, 'f\n');
  const second = await successor(first);
  await second.drain();
  expect([first.lines, second.lines, second.changes]).toEqual([['one', 'two'], ['half'], []]);
});

test('the next process finds a file that was renamed meanwhile, and those that came between', async () => {
  writeFileSync(path, 'one\ntwo\n');
  const first = await reader({ chunkBytes: 4 });
  await first.piece();
  utimesSync(path, 1, 1_000);
  writeFileSync(`${path}.1`, 'three\n');
  utimesSync(`${path}.1`, 1, 1_001);
  renameSync(path, `${path}-2026.2`);
  renameSync(`${path}-2026.2`, `${path}.2`);
  writeFileSync(path, 'four\n');
  writeFileSync(`${path}.0.gz`, 'compressed\n');
  writeFileSync(join(directory, 'access_ssl.log.1'), 'foreign\n');
  const second = await successor(first);
  for (let i = 0; i < 3; i++) await second.drainLater();
  expect([first.lines, second.lines]).toEqual([['one'], ['two', 'three', 'four']]);
});

test('the next process leaves out no file of those that were written to within one tick of the clock', async () => {
  writeFileSync(path, 'one\ntwo\n');
  const first = await reader({ chunkBytes: 4 });
  await first.piece();
  // Their names are of the same length in numbers, so that a folder may list them in any order.
  renameSync(path, `${path}.12`);
  writeFileSync(`${path}.11`, 'three\n');
  writeFileSync(`${path}.10`, 'four\n');
  for (const number of [10, 11, 12]) utimesSync(`${path}.${number}`, 1, 1_000);
  writeFileSync(path, 'five\n');
  const second = await successor(first);
  for (let i = 0; i < 4; i++) await second.drainLater();
  expect([first.lines, second.lines]).toEqual([['one'], ['two', 'three', 'four', 'five']]);
});

test('the next process finds the copy of a file that was cut short meanwhile', async () => {
  const line = 'x'.repeat(100);
  writeFileSync(path, `${line}\ntwo\n`);
  const first = await reader({ chunkBytes: 101 });
  await first.piece();
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
  appendFileSync(path, `${'y'.repeat(200)}\n`);
  const second = await successor(first);
  for (let i = 0; i < 2; i++) await second.drainLater();
  expect([first.lines, second.lines]).toEqual([[line], ['two', 'y'.repeat(200)]]);
});

test('an inode that another file has got is not taken for the file that had it', async () => {
  writeFileSync(path, 'one\ntwo\n');
  const first = await reader();
  await first.drain();
  // Written over in place, which is what a new file on an inode that is used again looks like.
  writeFileSync(path, 'three\nfour\nfive\n');
  expect(first.position?.inode).toBe(String(statSync(path).ino));
  const second = await successor(first);
  await second.drain();
  expect([second.lines, second.changes]).toEqual([['three', 'four', 'five'], ['lost']]);
});

test('fault 36: a line at the limit is whole, and one of a byte more is none, in the next process as well', async () => {
  writeFileSync(path, `${'x'.repeat(4_096)}\n${'y'.repeat(4_097)}`);
  const first = await reader();
  await first.drain();
  expect(first.lines).toEqual(['x'.repeat(4_096)]);
  appendFileSync(path, '\nafter\n');
  const second = await successor(first);
  await Promise.all([first.tail.close(), second.drain()]);
  expect(second.lines).toEqual(['oversized 4097', 'after']);
});
