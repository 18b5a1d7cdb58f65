import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { SyslogFramer, type SyslogFraming } from './syslog-framer.ts';

const limits = { maxLineBytes: 32, previewBytes: 8 };

/** What a stream is cut into. */
function frame(framing: SyslogFraming, stream: string, chunkBytes = stream.length): string[] {
  const seen: string[] = [];
  const framer = new SyslogFramer(framing, limits, {
    line: (bytes, start, end) => seen.push(bytes.toString('latin1', start, end)),
    oversized: ({ preview, lengthBytes, sha256 }) =>
      seen.push(`oversized ${preview.toString('latin1')} ${lengthBytes} ${sha256}`),
    misframed: (bytes, message) => seen.push(`misframed ${bytes.toString('latin1')}: ${message}`),
  });
  const bytes = Buffer.from(stream, 'latin1');
  for (let at = 0; at < bytes.length; at += chunkBytes) framer.push(Buffer.from(bytes.subarray(at, at + chunkBytes)));
  framer.end();
  return seen;
}

const hash = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');
const NO_LENGTH = 'a message begins with its length in 1 to 7 digits and a space, and this does not';

test.each<[string, SyslogFraming, string, string[]]>([
  ['lines', 'auto', '<34>one\n<34>two\r\n\n<34>three', ['<34>one', '<34>two', '<34>three']],
  ['counted messages', 'auto', '7 <34>one9 <34>three', ['<34>one', '<34>three']],
  ['both by turns', 'auto', '<34>one\n7 <34>two<34>three\n8 <34>four', ['<34>one', '<34>two', '<34>three', '<34>four']],
  ['a newline within a counted message', 'auto', '9 <34>a\nb\nc<34>d\n', ['<34>a\nb\nc', '<34>d']],
  ['a counted message that ends in a newline', 'auto', '8 <34>one\n9 <34>two\r\n', ['<34>one', '<34>two']],
  ['a newline behind a counted message', 'auto', '7 <34>one\r\n7 <34>two\n', ['<34>one', '<34>two']],
  ['a counted carriage return', 'auto', '8 <34>one\r7 <34>two', ['<34>one\r', '<34>two']],
  ['NUL and bytes that are no UTF-8', 'auto', '8 <34>\0\xff\0\xed<34>\0\xff\n', ['<34>\0\xff\0\xed', '<34>\0\xff']],
  ['a byte order mark', 'auto', '\xef\xbb\xbf<34>one\n', ['\xef\xbb\xbf<34>one']],
  [
    'text that begins with a number',
    'auto',
    '1704110400.123 5 GET\n200 GET /\n',
    ['1704110400.123 5 GET', '200 GET /'],
  ],
  ['a number before text in angles', 'auto', '12 <b>bold</b>\n2 <34>\n', ['12 <b>bold</b>', '2 <34>']],
  ['a number of too many digits', 'auto', '12345678 <34>one\n', ['12345678 <34>one']],
  ['a length that begins with zero', 'auto', '07 <34>one\n', ['07 <34>one']],
  ['the start of a length at the end', 'auto', '7 <34>one7 <', ['<34>one', '7 <']],
  ['what looks counted where lines are stated', 'newline', '7 <34>one\n7 <34>two', ['7 <34>one', '7 <34>two']],
  ['counted text of any kind', 'octet_counting', '3 abc4 1\n2\n', ['abc', '1\n2']],
])('%s', (_, framing, stream, expected) => {
  expect(frame(framing, stream)).toEqual(expected);
  for (const chunkBytes of [1, 2, 3, 5, 7]) expect(frame(framing, stream, chunkBytes)).toEqual(expected);
});

test.each<[string, string, string[]]>([
  ['text', '3 abc<34>one\n3 abc', ['abc', `misframed <34>one\n: ${NO_LENGTH}`]],
  ['a length of eight digits', '12345678 abc', [`misframed 12345678: ${NO_LENGTH}`]],
  ['a length that begins with zero', '03 abc', [`misframed 03 abc: ${NO_LENGTH}`]],
])('where every message is counted, %s ends the reading with what stood there', (_, stream, expected) => {
  expect(frame('octet_counting', stream)).toEqual(expected);
});

test('a connection that ends within a counted message leaves what came of it', () => {
  expect(frame('auto', '7 <34>one20 <34>half')).toEqual([
    '<34>one',
    'misframed <34>half: the connection ended 12 bytes before the end of a counted message',
  ]);
  expect(frame('octet_counting', '3 abc1')).toEqual([
    'abc',
    'misframed 1: the connection ended within the length of a message',
  ]);
});

test.each<SyslogFraming>(['auto', 'newline'])(
  'fault 36: with %s a line at the limit is whole and a byte more is not',
  (framing) => {
    const longer = `<34>${'x'.repeat(29)}`;
    const expected = [longer.slice(1), `oversized <34>xxxx 33 ${hash(longer)}`, '<34>after'];
    for (const chunkBytes of [1, 4, 1_000]) {
      expect(frame(framing, `${longer.slice(1)}\r\n${longer}\r\n<34>after`, chunkBytes)).toEqual(expected);
    }
  },
);

test('fault 36: a counted message at the limit is whole, its newline not counted, and a byte more is not', () => {
  const exact = `<34>${'x'.repeat(28)}`;
  const longer = `${exact}y`;
  for (const chunkBytes of [1, 4, 1_000]) {
    expect(frame('auto', `32 ${exact}34 ${exact}\r\n33 ${longer}9 <34>after`, chunkBytes)).toEqual([
      exact,
      exact,
      `oversized <34>xxxx 33 ${hash(longer)}`,
      '<34>after',
    ]);
  }
});
