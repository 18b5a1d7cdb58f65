import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from './read-lines.ts';

async function* pieces(parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function linesOf(parts: readonly string[], limit = 100): Promise<readonly (string | number)[]> {
  const lines: (string | number)[] = [];
  for await (const line of readLines(pieces(parts), limit)) {
    lines.push('tooLongBytes' in line ? line.tooLongBytes : line.toString());
  }
  return lines;
}

describe('lines of a stream', () => {
  it('lose their line ends, and the last needs none', async () => {
    expect(await linesOf(['a\nb\r\n\nc'])).toEqual(['a', 'b', '', 'c']);
  });

  it('end at the end of the stream', async () => {
    expect(await linesOf(['a\n'])).toEqual(['a']);
    expect(await linesOf([])).toEqual([]);
  });

  it('over the limit are counted and passed over, at the limit they are not', async () => {
    expect(await linesOf(['12345\n123456\n1'], 5)).toEqual(['12345', 6, '1']);
    expect(await linesOf(['123', '456', '789\nx'], 5)).toEqual([9, 'x']);
    expect(await linesOf(['123', '456'], 5)).toEqual([6]);
  });

  it('are the same wherever the stream is cut', async () => {
    const text = fc.array(fc.constantFrom('a', 'ä', '\n', '\r\n'), { maxLength: 40 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(40), { maxLength: 5 }), async (whole, cuts) => {
        const at = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
        const parts = at.slice(1).map((end, index) => whole.slice(at[index], end));
        expect(await linesOf(parts)).toEqual(await linesOf([whole]));
      }),
      { numRuns: 200 },
    );
  });
});
