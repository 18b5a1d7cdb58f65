import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logweave } from './testing/run-logweave.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'logweave-cli-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const FINE = 'inputs: { unix_sockets: [{ name: http_source, path: ./h }] }\noutputs: { file: {} }\n';

describe('logweave', () => {
  it('shows its version', async () => {
    expect((await logweave(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const {
      logweave: version,
      commit,
      node,
    } = JSON.parse((await logweave(['version', '--json'])).stdout) as {
      readonly [key: string]: string | null;
    };
    expect(node).toBe(process.versions.node);
    const of = commit === null ? 'of no known commit' : `commit ${commit}`;
    expect((await logweave(['version'])).stdout).toBe(`logweave ${version}, ${of}, Node ${node}\n`);
  });

  it('says which Node it needs on an older one', async () => {
    const old = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`;
    const nodeFlags = ['--import', `data:text/javascript,${encodeURIComponent(old)}`];
    const { code, stderr } = await logweave(['version'], { nodeFlags });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^logweave needs Node 26 or later/);
  });

  it('can be run by its own name, with the flags of its first line', async () => {
    const program = fileURLToPath(new URL('../bin/logweave.mjs', import.meta.url));
    const child = spawn(program, ['version'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
  });
});

describe('logweave check', () => {
  it('ends with 0 and says fine', async () => {
    const file = write('fine.yml', FINE);
    expect(await logweave(['check', file])).toEqual({ code: 0, stdout: `${file}: fine\n`, stderr: '' });
    expect(await logweave(['check'], { env: { LOGWEAVE_CONFIG: file } })).toMatchObject({ code: 0 });
  });

  it('ends with 2 and prints every problem as file:line:column: message', async () => {
    const file = write('bad.yml', 'inputs:\n  unix_socket: []\nlog: { levle: info }\n');
    const { code, stdout } = await logweave(['check', file]);
    expect(code).toBe(2);
    expect(stdout.split('\n')).toEqual([
      `${file}:2:3: inputs.unix_socket: no such key; did you mean unix_sockets?`,
      `${file}:3:8: log.levle: no such key; did you mean level?`,
      '',
    ]);
  });

  it('prints the same for machines', async () => {
    const file = write('bad.yml', `${FINE}log: { levle: info }\n`);
    const { code, stdout } = await logweave(['check', '--json', file], { env: { LOGWEAVE__LOG__FORMAT: 'xml' } });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      file,
      ok: false,
      findings: [
        { severity: 'error', file, line: 3, column: 8, path: 'log.levle', message: 'no such key; did you mean level?' },
        expect.objectContaining({ severity: 'error', variable: 'LOGWEAVE__LOG__FORMAT', path: 'log.format' }),
      ],
    });
  });

  it('fault 57: prints no secret of the file or the environment', async () => {
    const file = write('secret.yml', `${FINE}  clickhouse: { dsn: [planted-5ecret] }\nadmin: { token: 12345678 }\n`);
    const env = { LOGWEAVE__OUTPUTS__CLICKHOUSE__DSN__X: 'planted-5ecret', LOGWEAVE__ADMIN__TOKEN: 'planted' };
    for (const args of [
      ['check', file],
      ['check', '--json', file],
      ['up', '-c', file],
      ['migrate', '-c', file],
    ]) {
      const { code, stdout, stderr } = await logweave(args, { env });
      expect(code).toBe(2);
      expect(stdout + stderr).toContain('secret.yml');
      expect(stdout + stderr).not.toMatch(/planted|12345678/);
    }
  });
});
