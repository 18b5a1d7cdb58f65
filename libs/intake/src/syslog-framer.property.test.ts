import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SyslogFramer, type SyslogFraming } from './syslog-framer.ts';

const limits = { maxLineBytes: 12, previewBytes: 5 };
const framings = fc.constantFrom<SyslogFraming>('auto', 'newline', 'octet_counting');

/** Few different parts, so that lengths, angles and newlines meet often. */
const streamBytes = fc
  .array(
    fc.constantFrom('a', '1', '0', '7', ' ', '<', '<3', '\n', '\r\n', '\0', '5 <34>', 'longer than most', '\xff'),
    {
      maxLength: 40,
    },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

function frame(framing: SyslogFraming, chunks: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const framer = new SyslogFramer(framing, limits, {
    line: (bytes, start, end) => seen.push(`line ${bytes.toString('hex', start, end)}`),
    oversized: (line) => seen.push(`oversized ${line.preview.toString('hex')} ${line.lengthBytes} ${line.sha256}`),
    // What was not read when the framing was lost depends on how much had come.
    misframed: (_, message) => seen.push(`misframed ${message}`),
  });
  for (const chunk of chunks) framer.push(Buffer.from(chunk));
  framer.end();
  return seen;
}

test('cut at every byte a stream gives the same messages as in one piece', () => {
  fc.assert(
    fc.property(framings, streamBytes, (framing, bytes) => {
      const whole = frame(framing, [bytes]);
      expect(
        frame(
          framing,
          Array.from(bytes, (byte) => Buffer.of(byte)),
        ),
      ).toEqual(whole);
      for (let cut = 1; cut < bytes.length; cut++) {
        expect(frame(framing, [bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('messages of any bytes come out as they went in, counted ones and lines by turns', () => {
  const text = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes));
  const message = text.map((bytes) => Buffer.concat([Buffer.from('<34>'), bytes]));
  const isLine = (bytes: Buffer): boolean => !bytes.includes(10) && bytes.at(-1) !== 13;
  fc.assert(
    fc.property(fc.array(fc.record({ bytes: message, counted: fc.boolean() })), (messages) => {
      const sent = messages.filter(({ bytes, counted }) => (counted ? bytes.at(-1) !== 10 : isLine(bytes)));
      const stream = sent.map(({ bytes, counted }) =>
        counted ? Buffer.concat([Buffer.from(`${bytes.length} `), bytes]) : Buffer.concat([bytes, Buffer.from('\n')]),
      );
      expect(frame('auto', [Buffer.concat(stream)])).toEqual(sent.map(({ bytes }) => `line ${bytes.toString('hex')}`));
    }),
    { numRuns: 2_000 },
  );
});
