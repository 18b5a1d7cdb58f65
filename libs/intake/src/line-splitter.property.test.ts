import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

const limits = { maxLineBytes: 12, previewBytes: 5 };

/** Few different bytes, so that newlines, carriage returns and marks meet often. */
const streamBytes = fc
  .array(fc.constantFrom('a', 'b', '\n', '\r', '\r\n', '\uFEFF', 'longer than most'), { maxLength: 60 })
  .map((parts) => Buffer.from(parts.join('')));

function split(chunks: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const splitter = new LineSplitter(limits, {
    line: (bytes, start, end) => seen.push(`line ${bytes.toString('hex', start, end)}`),
    oversized: (line) => seen.push(`oversized ${line.preview.toString('hex')} ${line.lengthBytes} ${line.sha256}`),
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return seen;
}

test('any way of cutting the same bytes into chunks gives the same lines', () => {
  fc.assert(
    fc.property(streamBytes, fc.array(fc.nat(), { maxLength: 20 }), (bytes, cuts) => {
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const chunks = places.slice(1).map((place, i) => Buffer.from(bytes.subarray(places[i], place)));
      expect(split(chunks)).toEqual(split([bytes]));
    }),
    { numRuns: 2_000 },
  );
});

test('byte by byte gives what splitting the whole text gives', () => {
  fc.assert(
    fc.property(streamBytes, (bytes) => {
      const text = bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '');
      const expected = text
        .split('\n')
        .map((line) => line.replace(/\r$/, ''))
        .filter((line) => line !== '' && line.length <= limits.maxLineBytes)
        .map((line) => `line ${Buffer.from(line, 'latin1').toString('hex')}`);
      const single = Array.from(bytes, (byte) => Buffer.of(byte));
      expect(split(single).filter((line) => line.startsWith('line'))).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});
