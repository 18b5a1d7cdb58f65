import { expect, test } from 'vitest';
import { payloadStart } from './syslog-head.ts';

function payload(line: string): string {
  const bytes = Buffer.from(`..${line}`);
  return bytes.toString('utf8', payloadStart(bytes, 2, bytes.length));
}

test.each([
  ['nginx', '<190>Nov 24 18:35:01 web1 nginx: '],
  ['a day of one digit', '<190>Nov  4 18:35:01 web1 nginx: '],
  ['no host', '<13>Jan 01 00:00:00 nginx[12]: '],
  ['no space before the brace', '<13>Jan 01 00:00:00 h t:'],
  ['the cookie of CEE', '<13>Jan 01 00:00:00 h t: @cee: '],
  ['a time of RFC 3339 in the old form', '<190>2026-11-24T18:35:01.123456+01:00 web1 nginx: '],
  ['RFC 5424 without structured data', '<165>1 2026-11-24T18:35:01.003Z web1 app 123 ID47 - '],
  ['RFC 5424 with a byte order mark', '<165>1 2026-11-24T18:35:01Z web1 app - - - \uFEFF'],
  ['RFC 5424 with all fields nil', '<0>1 - - - - - - '],
  ['braces in structured data', '<165>1 - h a - - [x@1 k="{\\"]" l="{}"][y@2] '],
])('a syslog head is skipped: %s', (_, head) => {
  expect(payload(`${head}{"a":"{"}`)).toBe('{"a":"{"}');
});

test.each([
  ['no head', '{"a":1}'],
  ['a priority above 191', '<192>Nov 24 18:35:01 web1 nginx: {"a":1}'],
  ['no priority', '<>Nov 24 18:35:01 web1 nginx: {"a":1}'],
  ['no such month', '<190>Nox 24 18:35:01 web1 nginx: {"a":1}'],
  ['a bad time', '<190>Nov 24 18-35-01 web1 nginx: {"a":1}'],
  ['no time', '<190>nginx: {"a":1}'],
  ['no brace', '<190>Nov 24 18:35:01 web1 nginx: hello'],
  ['structured data that does not end', '<165>1 - h a - - [x k="{'],
  ['too few fields', '<165>1 - h a {"a":1}'],
  ['only the priority', '<165>'],
  ['RFC 5424 cut off', '<165>1 '],
])('a line without a well-formed head is all payload: %s', (_, line) => {
  expect(payload(line)).toBe(line);
});

test('a head is searched for 4 KiB and no further', () => {
  const line = `<190>Nov 24 18:35:01 ${'h'.repeat(5_000)} t: {}`;
  expect(payload(line)).toBe(line);
});
