import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { LineSplitter } from './line-splitter.ts';
import type { OversizedLine } from './oversized-line.ts';

const limits = { maxLineBytes: 16, previewBytes: 4 };

function collect(limit = limits): {
  splitter: LineSplitter;
  lines: string[];
  oversized: OversizedLine[];
} {
  const lines: string[] = [];
  const oversized: OversizedLine[] = [];
  const splitter = new LineSplitter(limit, {
    line: (bytes, start, end) => lines.push(bytes.toString('latin1', start, end)),
    oversized: (line) => oversized.push(line),
  });
  return { splitter, lines, oversized };
}

test('lines within a chunk are ranges of that chunk', () => {
  const chunk = Buffer.from('one\ntwo\n');
  const buffers: Buffer[] = [];
  const splitter = new LineSplitter(limits, { line: (bytes) => buffers.push(bytes), oversized: () => undefined });
  splitter.push(chunk);
  expect(buffers).toEqual([chunk, chunk]);
  expect(buffers[0]).toBe(chunk);
});

test('fault 37: a half line is carried to its other half', () => {
  const { splitter, lines } = collect();
  splitter.push(Buffer.from('fir'));
  splitter.push(Buffer.from('st'));
  expect(lines).toEqual([]);
  splitter.push(Buffer.from(' one\nsec'));
  splitter.push(Buffer.from('ond\n'));
  expect(lines).toEqual(['first one', 'second']);
});

test('fault 37: what is left at the end of a stream is a line, and the next stream begins anew', () => {
  const { splitter, lines } = collect();
  splitter.push(Buffer.from('whole\nhalf'));
  splitter.end();
  splitter.push(Buffer.from('\uFEFFnext\n'));
  splitter.end();
  expect(lines).toEqual(['whole', 'half', 'next']);
});

test('fault 37: a carriage return before the newline is cut off, one elsewhere stays', () => {
  const { splitter, lines } = collect();
  splitter.push(Buffer.from('a\r'));
  splitter.push(Buffer.from('\nb\rc\r\r\nd\r'));
  splitter.end();
  expect(lines).toEqual(['a', 'b\rc\r', 'd']);
});

test('fault 37: empty lines are skipped', () => {
  const { splitter, lines } = collect();
  splitter.push(Buffer.from('\n\r\n\na\n\n'));
  splitter.end();
  expect(lines).toEqual(['a']);
});

test('fault 37: a byte order mark is cut off at the start of a stream only', () => {
  const { splitter, lines } = collect();
  const mark = Buffer.from('\uFEFF');
  splitter.push(mark.subarray(0, 1));
  splitter.push(mark.subarray(1));
  splitter.push(Buffer.from('a\n\uFEFFb\n'));
  expect(lines).toEqual(['a', mark.toString('latin1') + 'b']);
});

test('fault 36: a line at the limit passes and one byte more does not, whatever surrounds them', () => {
  for (const [before, after] of [
    ['', '\n'],
    ['', '\r\n'],
    ['\uFEFF', '\r\n'],
  ] as const) {
    for (const length of [15, 16, 17]) {
      const { splitter, lines, oversized } = collect();
      const text = 'x'.repeat(length);
      splitter.push(Buffer.from(before + text + after + 'next\n'));
      expect(lines).toEqual(length > 16 ? ['next'] : [text, 'next']);
      expect(oversized.map((line) => line.lengthBytes)).toEqual(length > 16 ? [17] : []);
    }
  }
});

test('fault 36: 100 MB without a newline keep 4 KiB, length and hash, and the line after it is read', () => {
  const { splitter, lines, oversized } = collect({ maxLineBytes: 1 << 20, previewBytes: 4096 });
  const chunk = Buffer.alloc(64 * 1024, 'abcdefg');
  const hash = createHash('sha256');
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 1600; i++) {
    splitter.push(chunk);
    hash.update(chunk);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  splitter.push(Buffer.from('\nnext\n'));
  expect(lines).toEqual(['next']);
  expect(oversized).toHaveLength(1);
  expect(oversized[0]?.lengthBytes).toBe(1600 * 64 * 1024);
  expect(oversized[0]?.preview).toEqual(chunk.subarray(0, 4096));
  expect(oversized[0]?.sha256).toBe(hash.digest('hex'));
});

test('fault 36: an oversized line at the end of a stream is reported', () => {
  const { splitter, oversized } = collect();
  splitter.push(Buffer.from('y'.repeat(40)));
  splitter.end();
  expect(oversized.map((line) => line.lengthBytes)).toEqual([40]);
});

test('a range of a bigger buffer is a stream of its own', () => {
  const { splitter, lines } = collect();
  const block = Buffer.from('a\nb\ncd\n');
  splitter.push(block, 0, 3);
  splitter.end();
  splitter.push(block, 4, 6);
  splitter.end();
  expect(lines).toEqual(['a', 'b', 'cd']);
});
