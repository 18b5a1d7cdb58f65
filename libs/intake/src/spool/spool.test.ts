import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SegmentFile } from './segment-writer.ts';
import { SpoolError } from './spool-error.ts';
import { FRAME_HEADER_BYTES } from './spool-frame.ts';
import { Spool, type SpoolOptions } from './spool.ts';

let directory: string;
let opened: Spool[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-spool-'));
  opened = [];
});

afterEach(async () => {
  for (const spool of opened) await spool.close();
  rmSync(directory, { recursive: true });
});

async function openSpool(options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await Spool.open({ directory, maxBytes: 1 << 20, ...options });
  opened.push(spool);
  return spool;
}

const bytes = (texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text));

/** Reads and releases everything. */
async function drain(spool: Spool, maxBytes = 1_000) {
  const found: string[] = [];
  let damagedPlaces = 0;
  let damagedBytes = 0;
  for (let part = await spool.read(maxBytes); part !== null; part = await spool.read(maxBytes)) {
    found.push(...part.payloads.map(String));
    damagedPlaces += part.damage.places;
    damagedBytes += part.damage.bytes;
    await spool.release(part.next);
  }
  return { found, damagedPlaces, damagedBytes };
}

const segments = (): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.spool1'))
    .sort();

/** Flips a bit of the frame that begins so far into a segment. */
function flip(name: string, at: number): void {
  const path = join(directory, name);
  const content = readFileSync(path);
  content[at] = (content[at] ?? 0) ^ 0x10;
  writeFileSync(path, content);
}

test('payloads come out in the order in which they were put in, also over segments and after another start', async () => {
  const first = await openSpool({ segmentBytes: 40 });
  await first.append(bytes(['a', 'b']));
  await first.append(bytes(['c', 'a payload that is longer than a part']));
  await first.append(bytes(['', 'd']));
  await first.close();
  expect(segments()).toEqual(['0000000001.spool1', '0000000002.spool1']);
  const second = await openSpool();
  await second.append(bytes(['e']));
  const { found } = await drain(second, 20);
  expect(found).toEqual(['a', 'b', 'c', 'a payload that is longer than a part', '', 'd', 'e']);
  expect(await second.read(20)).toBeNull();
});

test('what was read comes again until it is released, and never after that', async () => {
  const first = await openSpool();
  await first.append(bytes(['a', 'b', 'c']));
  const part = await first.read(2 * (FRAME_HEADER_BYTES + 1));
  expect(part?.payloads.map(String)).toEqual(['a', 'b']);
  expect((await first.read(1_000))?.payloads.map(String)).toEqual(['a', 'b', 'c']);
  if (part !== null) await first.release(part.next);
  await first.close();
  const second = await openSpool();
  expect((await drain(second)).found).toEqual(['c']);
  await second.release({ segment: 1, offset: 0 });
  expect(await second.read(1_000)).toBeNull();
});

test('segments go when they have been released, and all of them when the spool is cleared', async () => {
  const spool = await openSpool({ segmentBytes: 20 });
  for (const text of ['first', 'second', 'third', 'fourth']) await spool.append(bytes([text, text]));
  const part = await spool.read(60);
  if (part !== null) await spool.release(part.next);
  await expect(spool.clear()).rejects.toThrow('not empty');
  await drain(spool);
  expect(segments()).toEqual(['0000000004.spool1']);
  await spool.clear();
  expect(segments()).toEqual([]);
  expect([spool.bytes, spool.unreadBytes]).toEqual([0, 0]);
  await spool.close();
  const next = await openSpool();
  await next.append(bytes(['fifth']));
  expect(segments()).toEqual(['0000000005.spool1']);
  expect((await drain(next)).found).toEqual(['fifth']);
});

test('a spool takes as many bytes as it may and not one more, and takes more once some have been released', async () => {
  const spool = await openSpool({ maxBytes: 3 * (FRAME_HEADER_BYTES + 10), segmentBytes: 1 });
  const ten = Buffer.alloc(10, 'x');
  for (let i = 0; i < 3; i++) await spool.append([ten]);
  await expect(spool.append([Buffer.alloc(0)])).rejects.toMatchObject({ code: 'full' });
  const part = await spool.read(FRAME_HEADER_BYTES + 10);
  if (part !== null) await spool.release(part.next);
  await expect(spool.append([ten])).rejects.toBeInstanceOf(SpoolError);
  const next = await spool.read(FRAME_HEADER_BYTES + 10);
  if (next !== null) await spool.release(next.next);
  await spool.append([ten]);
});

test('a spool that is in use is refused to another, and free again when it is closed', async () => {
  const spool = await openSpool();
  await expect(Spool.open({ directory, maxBytes: 1 << 20 })).rejects.toMatchObject({ code: 'locked' });
  await spool.close();
  const { id } = await openSpool();
  expect(id).toBe(spool.id);
});

test('fault 24: a torn tail is cut to the last whole record and counted, and what comes later stands behind it', async () => {
  const first = await openSpool();
  await first.append(bytes(['one', 'two', 'three']));
  await first.close();
  const cut = 4;
  truncateSync(join(directory, '0000000001.spool1'), 3 * FRAME_HEADER_BYTES + 'onetwothree'.length - cut);
  const second = await openSpool();
  await second.append(bytes(['four']));
  expect(await drain(second)).toEqual({
    found: ['one', 'two', 'four'],
    damagedPlaces: 1,
    damagedBytes: FRAME_HEADER_BYTES + 'three'.length - cut,
  });
});

test('fault 24: a flipped bit in a record costs this record, one in a length the rest of its segment', async () => {
  const first = await openSpool({ segmentBytes: 80 });
  await first.append(bytes(['one', 'two', 'three']));
  await first.append(bytes(['four', 'five', 'six']));
  await first.append(bytes(['seven']));
  await first.close();
  expect(segments()).toHaveLength(2);
  flip('0000000001.spool1', FRAME_HEADER_BYTES + 1);
  const inFour = 3 * FRAME_HEADER_BYTES + 'onetwothree'.length;
  const inFive = inFour + FRAME_HEADER_BYTES + 'four'.length;
  flip('0000000001.spool1', inFive);
  const second = await openSpool();
  expect(await drain(second)).toEqual({
    found: ['two', 'three', 'four', 'seven'],
    damagedPlaces: 2,
    damagedBytes: 3 * FRAME_HEADER_BYTES + 'onefivesix'.length,
  });
});

test('a line that looks like a frame is never taken for one, whatever is damaged before it', async () => {
  const inner = await openSpool({ directory: join(directory, 'inner') });
  await inner.append(bytes(['forged']));
  const forged = readFileSync(join(directory, 'inner', '0000000001.spool1'));
  const spool = await openSpool();
  await spool.append([forged]);
  flip('0000000001.spool1', 2);
  expect((await drain(spool)).found).toEqual([]);
});

test('a state that is damaged is said, since without it everything would be sent again', async () => {
  const first = await openSpool();
  await first.append(bytes(['a']));
  await first.close();
  writeFileSync(join(directory, 'state'), Buffer.alloc(1_024));
  await expect(openSpool()).rejects.toMatchObject({ code: 'corrupt' });
  const file = openSync(join(directory, 'state'), 'w');
  fsyncSync(file);
  closeSync(file);
  expect((await drain(await openSpool())).found).toEqual(['a']);
});

/** A disk that has so many bytes left. */
function fullDisk(left: { bytes: number }): (path: string) => Promise<SegmentFile> {
  return async (path) => {
    const file = await open(path, 'w');
    const write: SegmentFile['write'] = async (...args: unknown[]) => {
      const [buffer, offset, length, position] = args as [Buffer, number, number, number];
      if (left.bytes === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      const fits = Math.min(length, left.bytes);
      left.bytes -= fits;
      return file.write(buffer, offset, fits, position) as never;
    };
    return {
      write,
      datasync: () => file.datasync(),
      truncate: (length) => file.truncate(length),
      close: () => file.close(),
    };
  };
}

test('fault 23: an append that finds the disk full leaves nothing behind, and succeeds when there is space again', async () => {
  const left = { bytes: 3 * FRAME_HEADER_BYTES };
  const first = await openSpool({ createFile: fullDisk(left) });
  await first.append(bytes(['one']));
  await expect(first.append(bytes(['two', 'three']))).rejects.toMatchObject({ code: 'ENOSPC' });
  // Also when the process dies now: what could not be appended is somewhere else, or lost, but not half here.
  const content = readFileSync(join(directory, '0000000001.spool1'));
  expect(content).toHaveLength(FRAME_HEADER_BYTES + 'one'.length);
  left.bytes = 1_000;
  await first.append(bytes(['two', 'three']));
  await first.append(bytes(['four']));
  expect(await drain(first)).toEqual({ found: ['one', 'two', 'three', 'four'], damagedPlaces: 0, damagedBytes: 0 });
});

test('positions can be released on a disk that is full', async () => {
  const left = { bytes: 1_000 };
  const spool = await openSpool({ createFile: fullDisk(left), segmentBytes: 10 });
  for (const text of ['one', 'two']) await spool.append(bytes([text]));
  await drain(spool);
  // In place, so that it needs no new block.
  expect(statSync(join(directory, 'state')).size).toBe(1_024);
  expect(segments()).toEqual(['0000000002.spool1']);
});
