import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LogweaveRun } from '../testing/run-logweave.ts';

const folder = mkdtempSync(join(tmpdir(), 'logweave-parse-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const parser = file(
  'parser.conf',
  `filter {
  grok { match => { "message" => "^%{IP:ip} %{NOTSPACE:user}$" } on_error => "no_match" }
  if [no_match] { drop { tag => "TAG_MALFORMED_MESSAGE" } }
  mutate {
    replace => {
      "event.idm.read_only_udm.metadata.event_type" => "STATUS_UPDATE"
      "event.idm.read_only_udm.metadata.vendor_name" => "Example"
      "event.idm.read_only_udm.metadata.product_name" => "Example"
      "event.idm.read_only_udm.principal.user.userid" => "%{user}"
    }
    merge => { "event.idm.read_only_udm.principal.ip" => "ip" }
  }
  mutate { merge => { "@output" => "event" } }
}`,
);

async function parse(...args: readonly string[]) {
  const { code, stdout, stderr } = await new LogweaveRun(['parse', '--log-type', 'EXAMPLE', ...args]).finished;
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code, stderr, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('logweave parse', () => {
  it('prints one JSON line for each log, with its number in the file', async () => {
    const logs = file('logs.txt', '192.0.2.1 ann\n\nnothing of the kind\n');
    const { code, lines } = await parse('--parser', parser, '--create-time', '2026-01-31T12:00:00.5Z', logs);
    expect(code).toBe(0);
    expect(lines).toEqual([
      {
        line: 1,
        events: [
          {
            metadata: {
              eventType: 'STATUS_UPDATE',
              vendorName: 'Example',
              productName: 'Example',
              logType: 'EXAMPLE',
              eventTimestamp: '2026-01-31T12:00:00.500Z',
            },
            principal: { user: { userid: 'ann' }, ip: ['192.0.2.1'], asset: { ip: ['192.0.2.1'] } },
          },
        ],
        entities: [],
        error: null,
        dropped: null,
        warnings: [],
      },
      { line: 3, events: [], entities: [], error: null, dropped: 'TAG_MALFORMED_MESSAGE', warnings: [] },
    ]);
  });

  it('takes logs with their times as entries, and says what is wrong with one', async () => {
    const entries = [
      { data: '192.0.2.1 ann', create_time: '2026-01-02T03:04:05Z' },
      { data: '192.0.2.1 ann', create_time: '2026-01-02T03:04:05Z', timestamp: '2026-01-01T00:00:00.25Z' },
      { data: 7 },
      { data: 'x', create_time: 'yesterday' },
    ];
    const logs = file('entries.ndjson', entries.map((entry) => JSON.stringify(entry)).join('\n'));
    const { lines } = await parse('--parser', parser, '--input', 'entries', logs);
    const times = lines.slice(0, 2).map((line) => JSON.stringify(line['events']));
    expect(times[0]).toContain('"eventTimestamp":"2026-01-02T03:04:05Z"');
    expect(times[1]).toContain('"eventTimestamp":"2026-01-01T00:00:00.250Z"');
    expect(lines.slice(2).map(({ error }) => error)).toEqual([
      { code: 'invalid_entry', message: '"data" must be the text of the log' },
      { code: 'invalid_entry', message: '"create_time" must be a time as 2026-01-31T12:00:00Z' },
    ]);
  });

  it('puts the event of an extension over that of the parser', async () => {
    const extension = file(
      'extension.conf',
      `filter {
        mutate { replace => { "e.idm.read_only_udm.principal.hostname" => "host-1" "e.idm.read_only_udm.principal.user.userid" => "bob" } }
        mutate { merge => { "@output" => "e" } }
      }`,
    );
    const { lines } = await parse('--parser', parser, '--extension', extension, file('one.txt', '192.0.2.1 ann'));
    expect(lines[0]).toMatchObject({
      events: [{ principal: { hostname: 'host-1', ip: ['192.0.2.1'], user: { userid: 'bob' } } }],
    });
  });

  it('shows each statement with what it changed', async () => {
    const { stderr } = await parse('--parser', parser, '--trace', file('one.txt', '192.0.2.1 ann'));
    expect(stderr.split('\n').slice(0, 5)).toEqual([
      'log 1',
      '  2:3 grok (0)',
      '    + ip = "192.0.2.1"',
      '    + user = "ann"',
      '  3:3 if (1)',
    ]);
  });

  it('names every error of a parser with its place, and prints nothing else', async () => {
    const broken = file('broken.conf', 'filter {\n  grok { }\n  nosuch { }\n}');
    const { code, stderr, lines } = await parse('--parser', broken, file('one.txt', 'x'));
    expect(code).toBe(2);
    expect(lines).toEqual([]);
    expect(stderr).toContain('broken.conf:2:3 error: "grok" needs the option "match"');
    expect(stderr).toContain('broken.conf:3:3 error: unknown filter "nosuch"');
  });

  it('says which file it cannot read', async () => {
    const { code, stderr } = await parse('--parser', parser, join(folder, 'absent.txt'));
    expect(code).toBe(1);
    expect(stderr).toContain('absent.txt');
  });
});
