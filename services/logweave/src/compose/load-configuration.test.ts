import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatProblem } from '@logweave/service-kit';
import { describe, expect, it } from 'vitest';
import { checkConfiguration, loadConfiguration } from './load-configuration.ts';

const examples = fileURLToPath(new URL('../../../../examples', import.meta.url));

const SOCKETS = `
inputs:
  unix_sockets:
    - { name: http_source, path: /run/h.socket }
    - { name: network_source, path: /run/n.socket }
`;

function check(text: string, env: Record<string, string> = {}) {
  return checkConfiguration('c.yml', { env, readFile: () => text });
}

function problems(text: string, env: Record<string, string> = {}): readonly string[] {
  const checked = check(text, env);
  return (checked.kind === 'fine' ? checked.warnings : checked.problems).map(formatProblem);
}

describe('the examples', () => {
  it.each(readdirSync(examples).filter((name) => name.endsWith('.yml')))('%s is a fine configuration', (name) => {
    const text = readFileSync(`${examples}/${name}`, 'utf8');
    const checked = check(text);
    expect(checked.kind).toBe('fine');
    if (checked.kind === 'fine' && name !== 'seed.yml') expect(checked.warnings).toEqual([]);
  });

  it.each(readdirSync(examples).filter((name) => name.endsWith('.yml') && name !== 'seed.yml'))(
    '%s says one_to_many, and why',
    (name) => {
      expect(readFileSync(`${examples}/${name}`, 'utf8')).toMatch(
        /orphan of every request but the first[^]*mode: one_to_many/,
      );
    },
  );

  it('seed.yml is taken as it stands: its two outputs are one, its language is ignored, its sockets have sources', () => {
    const checked = check(readFileSync(`${examples}/seed.yml`, 'utf8'));
    if (checked.kind !== 'fine') throw new Error('refused');
    expect(checked.warnings.map(formatProblem)).toEqual([
      'c.yml:23:1: warning: "outputs" appears twice (line 17 and line 23); the two are taken as one',
    ]);
    expect(checked.config).toMatchObject({
      service: { name: 'logcorrelator', language: 'go' },
      outputs: {
        file: { enabled: true, path: '/var/log/logcorrelator/correlated.log' },
        clickhouse: { enabled: false, table: 'correlated_logs_http_network' },
      },
      correlation: {
        key: ['src_ip', 'src_port'],
        time_window: { value: 1, unit: 's' },
        matching: { mode: 'one_to_one' },
      },
    });
    expect(checked.secrets).toContain('clickhouse://user:pass@localhost:9000/db');
  });
});

describe('a configuration', () => {
  it('that is empty says what to write, and that is a fine configuration', () => {
    const checked = check('');
    if (checked.kind !== 'refused') throw new Error('taken');
    const [, advice] = String(checked.problems[0]?.message).split('where records go:\n');
    expect(problems(String(advice))).toEqual([]);
  });

  it('that is not there says how to begin', () => {
    const readFile = (): never => {
      throw Object.assign(new Error('x'), { code: 'ENOENT' });
    };
    expect(() => loadConfiguration('c.yml', { env: {}, readFile })).toThrow(/no such file; examples\/minimal.yml/);
  });

  it('without outputs goes nowhere, which is said', () => {
    expect(problems(SOCKETS)).toEqual([
      'c.yml:1:1: warning: outputs: no output is on: result records stay in topic logweave.correlated for 72 hours and go nowhere',
    ]);
  });

  it.each([
    ['admin: { host: 0.0.0.0 }', /^c.yml:6:16: admin.host: 0.0.0.0 can be reached from other machines/],
    ['admin: { host: 0.0.0.0, token: short }', /^c.yml:6:32: admin.token: is too short$/],
    ['correlation: { exclude_source_ips: [1.2.3] }', /^c.yml:6:37: correlation.exclude_source_ips\[0\]: neither an IP/],
    ['correlation: { key: [src_ip, dst_ip] }', /^c.yml:6:21: correlation.key: src_port must be part of the key/],
    ['outputs: { file: { path: logs/ } }', /^c.yml:6:26: outputs.file.path: .*must name a file/],
    ['outputs: { clickhouse: { dsn: "ftp://h" } }', /^c.yml:6:31: outputs.clickhouse.dsn: The DSN begins with ftp:/],
    ['outputs: { clickhouse: { embedded: false } }', /^c.yml:6:24: outputs.clickhouse.dsn: .*needs a dsn/],
    ['outputs: { clickhose: {} }', /^c.yml:6:12: outputs.clickhose: no such key; did you mean clickhouse\?/],
    [
      'mode: one_to_many',
      /^c.yml:6:1: mode: no such key here; did you mean inputs.unix_sockets\[\].mode or inputs.raw\[\].mode or correlation.matching.mode\?/,
    ],
  ])('with %s is refused where it says so', (text, expected) => {
    const found = problems(`${SOCKETS}${text}\n`).filter((problem) => !problem.includes('warning'));
    expect(found).toEqual([expect.stringMatching(expected)]);
  });

  it('with sockets that nobody can tell apart is refused', () => {
    const text = 'inputs: { unix_sockets: [{ name: a, path: /x, source: A }, { name: a, path: /x }] }';
    expect(problems(text).filter((problem) => !problem.includes('warning'))).toEqual([
      expect.stringContaining('inputs.unix_sockets[1]: cannot tell whether "a" brings HTTP or network logs'),
      expect.stringContaining('inputs.unix_sockets[1].name: same name as entry 1'),
      expect.stringContaining('inputs.unix_sockets[1].path: same path as entry 1'),
    ]);
  });

  it('with inputs of raw logs that cannot be is refused at their lines', () => {
    const text = [
      'inputs:',
      '  raw:',
      '    - { name: squid, type: tcp, log_type: SQUID_WEBPROXY }',
      '    - name: squid',
      '      type: file',
      '      log_type: squid',
      '      path: /var/log/squid/access.log',
      '      port: 514',
      '    - { name: other, type: tsl, log_type: X, port: 6514, lables: [] }',
    ].join('\n');
    expect(problems(text).filter((problem) => !problem.includes('warning'))).toEqual([
      expect.stringMatching(/^c.yml:6:17: inputs.raw\[1\].log_type: does not have the form it needs/),
      expect.stringMatching(/^c.yml:9:28: inputs.raw\[2\].type: .*did you mean tls\?/),
      expect.stringMatching(/^c.yml:9:58: inputs.raw\[2\].lables: no such key; did you mean labels\?/),
    ]);
    const mended = text.replace('log_type: squid', 'log_type: SQUID').replace('tsl', 'tls').replace('lables', 'labels');
    expect(problems(mended).filter((problem) => !problem.includes('warning'))).toEqual([
      expect.stringMatching(/^c.yml:3:7: inputs.raw\[0\].port: an input of type tcp needs a port/),
      expect.stringMatching(/^c.yml:4:13: inputs.raw\[1\].name: same name as entry 1 of raw/),
      expect.stringMatching(/^c.yml:8:13: inputs.raw\[1\].port: an input of type file has no port/),
      expect.stringMatching(/^c.yml:9:7: inputs.raw\[2\].tls.certificate: an input of type tls needs a certificate/),
      expect.stringMatching(/^c.yml:9:7: inputs.raw\[2\].tls.key: an input of type tls needs the key/),
    ]);
  });

  it('is loaded, or refused with every problem and exit code 2', () => {
    const load = (text: string) => () => loadConfiguration('c.yml', { env: {}, readFile: () => text });
    expect(load(SOCKETS)().config.topics.partitions).toBe(8);
    expect(load('inputs: []\nlog: 3')).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringMatching(
          /^2 errors in the configuration\n {2}c.yml:1:9: inputs: .*\n {2}c.yml:2:6: log: /,
        ),
      }),
    );
  });

  it('fault 57: shows no part of a DSN when it is refused', () => {
    const env = { LOGWEAVE__OUTPUTS__CLICKHOUSE__DSN: 'clickhouse//u:planted-5ecret@h' };
    expect(problems(`${SOCKETS}outputs: { clickhouse: {} }`, env)).toEqual([
      expect.stringContaining('outputs.clickhouse.dsn: The DSN is no URL'),
    ]);
    for (const dsn of ['nope://u:planted-5ecret@h', 'planted-5ecret', 'http://u:planted-5ecret@', '[planted-5ecret]']) {
      const found = problems(`${SOCKETS}outputs: { clickhouse: { dsn: ${dsn} } }`);
      expect(found.length).toBeGreaterThan(0);
      expect(found.join('\n')).not.toContain('planted-5ecret');
    }
  });
});
