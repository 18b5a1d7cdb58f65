import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { formatReport } from './format-report.ts';
import { ParserFolderProblem, readParserFolder } from './parser-folder.ts';
import { runCases } from './run-cases.ts';

const PARSER = `filter {
  grok { match => { "message" => "^%{IP:ip} %{WORD:verb}$" } on_error => "no_match" }
  if [no_match] { drop { tag => "TAG_MALFORMED_MESSAGE" } }
  if [verb] == "fail" { mutate { convert => { "verb" => "integer" } } }
  mutate { replace => { "e.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
  mutate { replace => { "e.idm.read_only_udm.metadata.vendor_name" => "V" } }
  mutate { replace => { "e.idm.read_only_udm.metadata.product_name" => "P" } }
  mutate { replace => { "e.idm.read_only_udm.metadata.description" => "%{verb}" } }
  mutate { merge => { "e.idm.read_only_udm.principal.ip" => "ip" } }
  mutate { merge => { "@output" => "e" } }
}
`;

const event = (description: string, eventTimestamp: string, ip = '192.0.2.1'): object => ({
  metadata: {
    eventType: 'GENERIC_EVENT',
    vendorName: 'V',
    productName: 'P',
    description,
    logType: 'MY_LOG',
    eventTimestamp,
  },
  principal: { ip: [ip], asset: { ip: [ip] } },
});

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'logweave-cases-')), 'MY_LOG');
  write('parser.conf', PARSER);
});

afterEach(() => {
  rmSync(dirname(folder), { recursive: true });
});

function write(name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function lines(...values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

it('holds texts and entries to what is expected, in the order of the log lines', () => {
  write('cases/texts/logs.txt', '192.0.2.1 get\n\nbroken\r\n');
  write(
    'cases/texts/expected.ndjson',
    lines({ events: [event('get', '2026-06-15T12:00:00Z')] }, { dropped: 'TAG_MALFORMED_MESSAGE' }),
  );
  write(
    'cases/entries/entries.ndjson',
    lines(
      { data: '192.0.2.1 put', timestamp: '2026-01-02T03:04:05.678Z' },
      { data: '192.0.2.1 fail', create_time: '2026-01-01T00:00:00Z' },
    ),
  );
  write(
    'cases/entries/expected.ndjson',
    lines({ events: [event('put', '2026-01-02T03:04:05.678Z')] }, { error: { code: 'LOG_PARSING_CBN_ERROR' } }),
  );
  const report = runCases(readParserFolder(folder));
  expect(report).toMatchObject({ logType: 'MY_LOG', errors: [], statements: 11, unreached: [] });
  expect(report.cases.map(({ name, logs, differing }) => [name, logs, differing])).toEqual([
    ['entries', 2, []],
    ['texts', 2, []],
  ]);
});

it('says where a log differs, and which logs are missing or too many', () => {
  write('cases/one/logs.txt', '192.0.2.1 get\n192.0.2.2 put\nbroken\n');
  write('cases/one/expected.ndjson', lines({ events: [event('GET', '2026-06-15T12:00:00.500Z')] }, { dropped: '' }));
  write('cases/two/logs.txt', 'broken\n');
  write('cases/two/expected.ndjson', lines({ dropped: 'TAG_MALFORMED_MESSAGE' }, { dropped: 'TAG_MALFORMED_MESSAGE' }));
  const text = formatReport(runCases(readParserFolder(folder)));
  expect(text.split('\n').map((line) => line.slice(0, 60))).toEqual([
    'one:1 192.0.2.1 get',
    '  events[0].metadata.description',
    '    expected "GET"',
    '    got      "get"',
    '  events[0].metadata.eventTimestamp',
    '    expected "2026-06-15T12:00:00.500Z"',
    '    got      "2026-06-15T12:00:00Z"',
    'one:2 192.0.2.2 put',
    '  dropped',
    '    expected ""',
    '    got      nothing',
    '  events',
    '    expected nothing',
    '    got      [{"metadata":{"eventType":"GENERIC_EVENT","vend',
    'one:3 broken',
    '  the whole',
    '    expected nothing',
    '    got      {"dropped":"TAG_MALFORMED_MESSAGE"}',
    'two:2 (no such log)',
    '  the whole',
    '    expected {"dropped":"TAG_MALFORMED_MESSAGE"}',
    '    got      nothing',
    'MY_LOG: 2 cases, 4 logs, 4 differ, 10 of 11 statements ran',
    '  not run: mutate (4) at 4:25',
    '',
  ]);
});

it('compares the message of an error only where one is expected', () => {
  write('cases/one/logs.txt', '192.0.2.1 fail\n');
  write(
    'cases/one/expected.ndjson',
    lines({ error: { code: 'LOG_PARSING_CBN_ERROR', message: 'filter mutate (9) failed' } }),
  );
  const [log] = runCases(readParserFolder(folder)).cases[0]?.differing ?? [];
  expect(log?.differences).toMatchObject([
    { path: 'error.message', got: expect.stringContaining('filter mutate (4) failed') as unknown },
  ]);
});

it('has errors and no cases where the parser does not compile', () => {
  write('parser.conf', 'filter { no_such_filter { } }');
  write('cases/one/logs.txt', 'a\n');
  const report = runCases(readParserFolder(folder));
  expect(report.cases).toEqual([]);
  expect(formatReport(report)).toMatch(
    /parser\.conf:1:10 error: unknown filter "no_such_filter"[^]*\nMY_LOG: does not compile\n$/,
  );
});

it.each([
  [
    'neither texts nor entries',
    { 'cases/one/expected.ndjson': '' },
    /one must have either logs\.txt or entries\.ndjson$/,
  ],
  ['both', { 'cases/one/logs.txt': '', 'cases/one/entries.ndjson': '' }, /either logs\.txt or entries\.ndjson$/],
  ['an entry without a log', { 'cases/one/entries.ndjson': '{"data":"a"}\n{}\n' }, /entries\.ndjson:2 "data" must be/],
  [
    'an expectation that is no JSON',
    { 'cases/one/logs.txt': 'a', 'cases/one/expected.ndjson': '{' },
    /ndjson:1 not JSON/,
  ],
  [
    'an expectation that is a list',
    { 'cases/one/logs.txt': 'a', 'cases/one/expected.ndjson': '[]' },
    /:1 not a JSON object/,
  ],
  [
    'a member that means nothing',
    { 'cases/one/logs.txt': 'a', 'cases/one/expected.ndjson': '{"event":[]}' },
    /"event" is none of events, /,
  ],
])('refuses a case with %s', (_, files: Readonly<Record<string, string | undefined>>, problem) => {
  for (const [name, text] of Object.entries(files)) write(name, text ?? '');
  expect(() => readParserFolder(folder)).toThrow(problem);
  expect(() => readParserFolder(folder)).toThrow(ParserFolderProblem);
});

it('refuses a folder without a parser', () => {
  rmSync(join(folder, 'parser.conf'));
  expect(() => readParserFolder(folder)).toThrow(/parser\.conf: ENOENT/);
});
