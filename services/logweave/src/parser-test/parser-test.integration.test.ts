import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEFAULT_PARSERS_FOLDER } from '@logweave/default-parsers';
import type { Finished } from '@logweave/service-kit/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logweave } from '../testing/run-logweave.ts';

const PARSER = `filter {
  grok { match => { "message" => "^%{IP:ip} %{WORD:verb}$" } on_error => "no_match" }
  if [no_match] { drop { tag => "TAG_MALFORMED_MESSAGE" } }
  mutate { replace => { "e.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
  mutate { replace => { "e.idm.read_only_udm.metadata.vendor_name" => "V" } }
  mutate { replace => { "e.idm.read_only_udm.metadata.product_name" => "P" } }
  mutate { replace => { "e.idm.read_only_udm.metadata.description" => "%{verb}" } }
  mutate { merge => { "e.idm.read_only_udm.principal.ip" => "ip" } }
  mutate { merge => { "@output" => "e" } }
}
`;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logweave-parser-test-'));
  write('MY_LOG/parser.conf', PARSER);
  write('MY_LOG/cases/one/logs.txt', '192.0.2.1 get\nbroken\n');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(name: string, text: string): void {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function parser(...args: readonly string[]): Promise<Finished> {
  return logweave(['parser', ...args], { cwd: directory });
}

describe('logweave parser test', () => {
  const expectedFile = (): string => join(directory, 'MY_LOG/cases/one/expected.ndjson');

  it('asks for expected events, writes them, and then finds that nothing differs', async () => {
    expect(await parser('test', 'MY_LOG')).toMatchObject({
      code: 1,
      stdout:
        'one: no expected.ndjson yet; --update writes it\n' +
        'MY_LOG: 1 case, 2 logs, 2 differ, 9 of 9 statements ran\n0 of 1 parser as expected\n',
    });
    expect(await parser('test', 'MY_LOG', '--update')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 expected file written\n') as unknown,
    });
    const [event, dropped, end] = readFileSync(expectedFile(), 'utf8').split('\n');
    expect(JSON.parse(event ?? '')).toMatchObject({ events: [{ metadata: { description: 'get' } }] });
    expect([dropped, end]).toEqual(['{"dropped":"TAG_MALFORMED_MESSAGE"}', '']);
    expect(await parser('test', 'MY_LOG/')).toMatchObject({
      code: 0,
      stdout: 'MY_LOG: 1 case, 2 logs, 0 differ, 9 of 9 statements ran\n1 of 1 parser as expected\n',
    });
  }, 60_000);

  it('shows what differs by its path, for people and as JSON, and ends with 1', async () => {
    await parser('test', 'MY_LOG', '--update');
    write('MY_LOG/parser.conf', PARSER.replace('%{verb}', '%{verb}!'));
    const { code, stdout } = await parser('test', 'MY_LOG', DEFAULT_PARSERS_FOLDER.concat('/SQUID_WEBPROXY'));
    expect(code).toBe(1);
    expect(stdout).toContain(
      'one:1 192.0.2.1 get\n  events[0].metadata.description\n    expected "get"\n    got      "get!"\n' +
        'MY_LOG: 1 case, 2 logs, 1 differs, 9 of 9 statements ran\n',
    );
    expect(stdout).toMatch(/SQUID_WEBPROXY: \d+ cases?, \d+ logs, 0 differ, .*\n1 of 2 parsers as expected\n$/);
    const json = await parser('test', 'MY_LOG', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({
      parsers: [
        {
          logType: 'MY_LOG',
          errors: [],
          cases: [
            {
              name: 'one',
              logs: 2,
              differing: [
                {
                  line: 1,
                  text: '192.0.2.1 get',
                  differences: [{ path: 'events[0].metadata.description', expected: 'get', got: 'get!' }],
                },
              ],
            },
          ],
          statements: 9,
          unreached: [],
        },
      ],
    });
  }, 60_000);

  it('ends with 1 for a parser that does not compile or has no cases, with 2 for what is no parser', async () => {
    write('BAD/parser.conf', 'filter {');
    expect(await parser('test', 'BAD', '--update')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^BAD\/parser\.conf:1:.*\n(.*\n)*BAD: does not compile\n/) as unknown,
    });
    write('BARE/parser.conf', PARSER);
    expect((await parser('test', 'BARE')).code).toBe(1);
    expect(await parser('test', 'NOWHERE')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('NOWHERE/parser.conf: ENOENT') as unknown,
    });
  }, 60_000);
});

describe('logweave parser lint', () => {
  const WARNED = PARSER.replace('%{WORD:verb}', '%{WORD:verb} ?(?P<more>.*)');

  it('finds nothing in a sound parser, and ends with 1 for errors, with --strict for warnings too', async () => {
    expect(await parser('lint', 'MY_LOG/parser.conf', '--strict')).toMatchObject({
      code: 0,
      stdout: '0 errors, 0 warnings\n',
    });
    write('warned.conf', WARNED);
    const warned = await parser('lint', 'warned.conf');
    expect(warned).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^warned\.conf:2:\d+ warning: nothing reads "more" /) as unknown,
    });
    expect((await parser('lint', 'warned.conf', '--strict')).code).toBe(1);
    write('dump.conf', PARSER.replace('mutate', 'statedump { }\n  mutate'));
    const dump = await parser('lint', 'warned.conf', 'dump.conf');
    expect(dump.code).toBe(1);
    expect(dump.stdout).toContain('dump.conf:4:3 error: statedump is for previews only [statedump-left]');
  }, 60_000);

  it('names what does not compile', async () => {
    write('bad.conf', 'filter { no_such_filter { } }');
    expect(await parser('lint', 'bad.conf')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('bad.conf:1:10 error: unknown filter "no_such_filter"') as unknown,
    });
    expect((await parser('lint', 'nowhere.conf')).code).toBe(2);
  }, 60_000);

  it('writes JSON by file, and one SARIF run for all files', async () => {
    write('warned.conf', WARNED);
    write('dump.conf', PARSER.replace('mutate', 'statedump { }\n  mutate'));
    const json = await parser('lint', 'warned.conf', 'dump.conf', '--format', 'json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      files: [
        { file: 'warned.conf', errors: 0, warnings: 1, findings: [{ rule: 'extracted-never-used', line: 2 }] },
        { file: 'dump.conf', errors: 1, warnings: 0, findings: [{ rule: 'statedump-left', line: 4 }] },
      ],
    });
    const { stdout } = await parser('lint', 'warned.conf', 'dump.conf', '--format', 'sarif');
    const sarif = JSON.parse(stdout) as Sarif;
    expect(sarif.version).toBe('2.1.0');
    expect(sarif.runs).toHaveLength(1);
    const [run] = sarif.runs;
    expect(
      run.results.map(({ ruleId, ruleIndex, locations: [{ physicalLocation }] }) => [
        physicalLocation.artifactLocation.uri,
        ruleId,
        run.tool.driver.rules[ruleIndex]?.id,
      ]),
    ).toEqual([
      ['warned.conf', 'extracted-never-used', 'extracted-never-used'],
      ['dump.conf', 'statedump-left', 'statedump-left'],
    ]);
  }, 60_000);
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly locations: readonly [
          { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } },
        ];
      }[];
    },
  ];
}
