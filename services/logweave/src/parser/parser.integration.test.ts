import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';
import type { Finished } from '@logweave/service-kit/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logweave } from '../testing/run-logweave.ts';

const parserText = (product: string): string => `filter {
  grok { match => { "message" => "^%{IP:ip} %{GREEDYDATA:rest}$" } on_error => "no_match" }
  if [no_match] { drop { tag => "TAG_MALFORMED_MESSAGE" } }
  mutate { replace => { "event.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
  mutate { replace => { "event.idm.read_only_udm.metadata.product_name" => "${product}" } }
  mutate { merge => { "event.idm.read_only_udm.principal.ip" => "ip" } }
  mutate { merge => { "@output" => "event" } }
}
`;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logweave-parser-'));
  write('logweave.yml', 'inputs: { unix_sockets: [{ name: http_source, path: ./h }] }\noutputs: { file: {} }\n');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text);
}

function parser(...args: readonly string[]): Promise<Finished> {
  return logweave(['parser', ...args], { cwd: directory });
}

describe('logweave parser', () => {
  it('submits, activates, lists, compares, takes back and deactivates', async () => {
    write('one.conf', parserText('One'));
    write('two.conf', parserText('Two'));
    const submitted = await parser('submit', 'one.conf', '--log-type', 'TEST_LOG', '--author', 'ann');
    expect(submitted).toMatchObject({
      code: 0,
      stdout: 'TEST_LOG custom version 1 is submitted; next: logweave parser activate TEST_LOG 1\n',
    });
    expect((await parser('activate', 'TEST_LOG', '1')).stdout).toBe(
      'TEST_LOG: activated custom version 1; custom version 1 serves it from now on (revision 1)\n',
    );
    expect((await parser('submit', 'two.conf', '--log-type', 'TEST_LOG', '--activate')).code).toBe(0);
    const { stdout } = await parser('list', 'TEST_LOG', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      logTypes: [
        {
          logType: 'TEST_LOG',
          active: 'custom/2',
          revision: 2,
          versions: [
            { kind: 'custom', version: 1, state: 'VALIDATED', active: false, author: 'ann' },
            { kind: 'custom', version: 2, state: 'VALIDATED', active: true },
          ],
        },
      ],
    });
    const diff = await parser('diff', 'TEST_LOG', 'custom/1', 'custom/2');
    expect(diff.stdout.split('\n').filter((line) => /^[-+]/.test(line))).toEqual([
      '-   mutate { replace => { "event.idm.read_only_udm.metadata.product_name" => "One" } }',
      '+   mutate { replace => { "event.idm.read_only_udm.metadata.product_name" => "Two" } }',
    ]);
    expect(await parser('deactivate', 'TEST_LOG', '--revision', '1')).toMatchObject({
      code: 1,
      stderr: 'logweave: TEST_LOG was changed meanwhile (revision 2, not 1): look again, then repeat it\n',
    });
    expect((await parser('rollback', 'TEST_LOG')).stdout).toContain('custom version 1 serves it');
    expect((await parser('list', 'TEST_LOG')).stdout).toContain('custom 1: VALIDATED, active');
  }, 60_000);

  it('lists the parsers of the program before there is an event log', async () => {
    const { code, stdout } = await parser('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SQUID_WEBPROXY +prebuilt\//m);
  });

  it('refuses what does not compile, has errors, dumps its state, takes nothing from the log, or fails on samples', async () => {
    const text = parserText('X');
    const refused = async (name: string, content: string, ...more: readonly string[]): Promise<string> => {
      write(name, content);
      const { code, stderr, stdout } = await parser('submit', name, '--log-type', 'TEST_LOG', ...more);
      expect([code, stdout]).toEqual([1, '']);
      return stderr;
    };
    expect(await refused('syntax.conf', 'filter {')).toContain('syntax.conf:1:');
    expect(await refused('dump.conf', text.replace('mutate', 'statedump { label => "x" }\n mutate'))).toContain(
      '[statedump-left]',
    );
    const fixed = `filter { mutate { replace => { "e.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
      mutate { merge => { "@output" => "e" } } }`;
    expect(await refused('static.conf', fixed)).toContain('[static-only]');
    expect(await refused('field.conf', text.replace('product_name', 'produkt'))).toContain('[unknown-udm-field]');
    write('access.log', '192.0.2.1 a\n192.0.2.2 b\n');
    write('fine.conf', text);
    expect(await parser('submit', 'fine.conf', '--log-type', 'TEST_LOG', '--logs', 'access.log')).toMatchObject({
      code: 0,
    });
    const strict = text.replace('if [no_match]', 'if [no_such_name]');
    expect(await refused('strict.conf', strict, '--logs', 'access.log')).toContain('2 of 2 sample logs failed');
    expect((await parser('list', 'TEST_LOG')).stdout).toContain('custom 1: VALIDATED');
    expect((await parser('submit', 'fine.conf', '--log-type', 'bad type')).stderr).toContain('a log type has 1 to 128');
  }, 60_000);

  it('takes extractors as an extension of the parser that is active', async () => {
    write('one.conf', parserText('One'));
    const extractors = {
      logFormat: 'CSV',
      extractors: [{ fieldPath: '1', destinationPath: 'udm.metadata.description' }],
    };
    write('fields.json', JSON.stringify(extractors));
    const submit = ['submit', 'fields.json', '--log-type', 'TEST_LOG', '--extension', '--activate'];
    expect((await parser(...submit)).stderr).toContain('TEST_LOG has no active parser that could be extended');
    await parser('submit', 'one.conf', '--log-type', 'TEST_LOG', '--activate');
    expect(await parser(...submit)).toMatchObject({ code: 0 });
    expect((await parser('list', 'TEST_LOG')).stdout).toContain('custom/1+extension/1');
    expect((await parser('deactivate', 'TEST_LOG', '--extension')).stdout).toContain('custom version 1 serves it from');
  }, 60_000);

  it('says who has the event log when it cannot be written', async () => {
    write('one.conf', parserText('One'));
    // Holds the log as a version without an admin socket does.
    const holder = await openEmbeddedLog({ path: join(directory, 'logweave-data', 'log.sqlite'), clock: systemClock });
    try {
      expect(await parser('submit', 'one.conf', '--log-type', 'TEST_LOG')).toMatchObject({
        code: 1,
        stdout: '',
        stderr: `logweave: the event log logweave-data/log.sqlite is in use by process ${process.pid}: one process writes at a time: stop it, then repeat this\n`,
      });
    } finally {
      await holder.close();
    }
  }, 60_000);
});
