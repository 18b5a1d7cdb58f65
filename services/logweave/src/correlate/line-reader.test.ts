import { Readable } from 'node:stream';
import { LIMITS } from '@logweave/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamSource } from './byte-source.ts';
import { LineReader } from './line-reader.ts';

async function linesOf(chunks: readonly Buffer[], chunkBytes?: number): Promise<[number, string | null][]> {
  const reader = new LineReader(new StreamSource(Readable.from(chunks)), chunkBytes);
  const lines: [number, string | null][] = [];
  while (!reader.ended) {
    if (reader.next()) {
      const { line, bytes, start, end, tooLong } = reader;
      lines.push([line, tooLong ? null : bytes.toString('utf8', start, end)]);
    } else if (!reader.ended) {
      await reader.load();
    }
  }
  return lines;
}

describe('the line reader', () => {
  it('counts blank lines, and needs no newline at the end', async () => {
    expect(await linesOf([Buffer.from('a\n\n \r\nb')])).toEqual([
      [1, 'a'],
      [4, 'b'],
    ]);
  });

  it('gives the same lines however the input is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'ü', ' ', '\n'), maxLength: 20 })),
        fc.integer({ min: 1, max: 9 }),
        async (parts, chunkBytes) => {
          const expected = parts
            .join('')
            .split('\n')
            .map((text, i): [number, string] => [i + 1, text])
            .filter(([, text]) => text.trim() !== '');
          const chunks = parts.map((text) => Buffer.from(text)).filter(({ length }) => length > 0);
          expect(await linesOf(chunks, chunkBytes)).toEqual(expected);
        },
      ),
    );
  });

  it('fault 36: passes over a line beyond the limit, and keeps one at the limit', async () => {
    const limit = Buffer.alloc(LIMITS.sourceLineBytes, 'x');
    const newline = Buffer.from('\n');
    const lines = await linesOf([limit, newline, limit, Buffer.from('x\nnext\n'), limit, limit, limit]);
    expect(lines.map(([line, text]) => [line, text === null ? null : text.length])).toEqual([
      [1, LIMITS.sourceLineBytes],
      [2, null],
      [3, 4],
      [4, null],
    ]);
  });
});
