import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateEvents } from '@logweave/generate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { generateCommand } from './generate-command.ts';

describe('logweave generate', () => {
  let directory: string;
  let printed: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'generate-command-'));
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(directory, { recursive: true });
  });

  async function run(...args: readonly string[]): Promise<void> {
    const command = generateCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await command.parseAsync(args, { from: 'user' });
  }

  const at = (name: string): string => join(directory, name);

  it('writes both streams and the truth, and says in JSON what it wrote', async () => {
    const files = ['--http', at('http'), '--network', at('network'), '--truth', at('truth')];
    await run(...files, '--seed', '9', '--rate', '500', '--duration', '4s', '--json');
    const summary = JSON.parse(printed) as { http_lines: number; network_lines: number; bytes: number };
    const linesIn = async (name: string): Promise<readonly string[]> =>
      (await readFile(at(name), 'utf8')).trimEnd().split('\n');
    expect(await linesIn('http')).toHaveLength(summary.http_lines);
    expect(await linesIn('network')).toHaveLength(summary.network_lines);
    expect(await linesIn('truth')).toHaveLength(summary.http_lines + summary.network_lines);
    const [first] = generateEvents({ seed: 9, ratePerSecond: 500, durationMs: 4000 });
    expect(await linesIn(first?.side === 'A' ? 'http' : 'network')).toContain(first?.line.toString());
  });

  it('sends into sockets at a pace', async () => {
    const received = { http: 0, network: 0 };
    const servers = (['http', 'network'] as const).map((name) =>
      createServer((socket) => {
        socket.on('data', (chunk) => {
          received[name] += chunk.toString().split('\n').length - 1;
        });
      }).listen(at(name)),
    );
    await run(
      '--http-socket',
      at('http'),
      '--network-socket',
      at('network'),
      '--rate',
      '2000',
      '--duration',
      '300ms',
      '--json',
    );
    const summary = JSON.parse(printed) as { http_lines: number; network_lines: number; elapsed_ms: number };
    await expect.poll(() => received).toEqual({ http: summary.http_lines, network: summary.network_lines });
    expect(summary.elapsed_ms).toBeGreaterThan(200);
    for (const server of servers) server.close();
  });

  it.each<[string, readonly string[]]>([
    ['neither files nor sockets', []],
    ['both', ['--http', 'x', '--http-socket', 'y']],
    ['one socket alone', ['--http-socket', 'y']],
    ['a rate of 0', ['--http', '/dev/null', '--rate', '0']],
  ])('refuses %s with exit code 2', async (_, args) => {
    await expect(run(...args)).rejects.toMatchObject({ exitCode: 2 });
  });

  it.each(['--rate=many', '--duration=5 days', '--start=yesterday'])('refuses %s', async (option) => {
    await expect(run('--http', at('http'), option)).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });
});
