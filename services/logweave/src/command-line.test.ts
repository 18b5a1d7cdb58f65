import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandError } from './command-error.ts';
import { runCommandLine } from './command-line.ts';
import { COMMANDS, type CommandEntry } from './command-registry.ts';

let stdout = '';
let stderr = '';

beforeEach(() => {
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the command line', () => {
  it('lists its commands, with examples and exit codes', async () => {
    expect(await runCommandLine(['--help'])).toBe(0);
    expect(stderr).toBe('');
    for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name}`, 'm'));
    expect(stdout).toMatch(/Examples:/);
    expect(stdout).toMatch(/Exit codes: 0 done, 1 failed, 2 wrong usage/);
  });

  it.each(COMMANDS.map(({ name }) => name))('%s --help explains its options, and so does help %s', async (name) => {
    expect(await runCommandLine([name, '--help'])).toBe(0);
    const help = stdout;
    expect(help).toMatch(new RegExp(`^Usage: logweave ${name}`));
    stdout = '';
    expect(await runCommandLine(['help', name])).toBe(0);
    expect(stdout).toBe(help);
  });

  it.each([
    [[], /Usage: logweave/],
    [['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
    [['check', '--jsno'], /unknown option '--jsno'\n\(Did you mean --json\?\)/],
    [['run'], /missing required argument 'service'/],
    [['run', 'corelator'], /Allowed choices are socket-ingestor, correlator/],
    [['tap', 'htp'], /Allowed choices are http/],
    [['tap', '--filter', 'x'], /a filter has the form field=value/],
    [['up', '-c', 'no-such.yml'], /no-such.yml:1:1: there is no such file/],
    [['migrate', '-c', 'no-such.yml'], /there is no such file/],
  ])('%j is wrong usage: exit code 2, and what is meant', async (args, message) => {
    expect(await runCommandLine(args)).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });

  it('loads the one command that is asked for and no other, so that it answers at once', async () => {
    const loaded: string[] = [];
    const entry = (name: string): CommandEntry => ({
      name,
      summary: `does ${name}`,
      load: async () => {
        loaded.push(name);
        return new Command(name).action(() => {});
      },
    });
    const entries = [entry('one'), entry('two')];
    expect(await runCommandLine(['--help'], entries)).toBe(0);
    expect(stdout).toMatch(/two +does two/);
    expect(loaded).toEqual([]);
    expect(await runCommandLine(['two'], entries)).toBe(0);
    expect(loaded).toEqual(['two']);
  });

  it.each([
    [new Error('disk full'), 1, 'logweave: disk full\n'],
    [new CommandError('that is no topic', 2), 2, 'logweave: that is no topic\n'],
    [new CommandError('', 1), 1, ''],
  ])('ends with the code of what a command throws: %s', async (error, code, message) => {
    const fail = (): never => {
      throw error;
    };
    const load = async (): Promise<Command> => new Command('x').action(fail);
    expect(await runCommandLine(['x'], [{ name: 'x', summary: '', load }])).toBe(code);
    expect(stderr).toBe(message);
  });
});
