import { spawnSync } from 'node:child_process';

export interface ToolRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end and takes what it says. @throws Error when there is no such program. */
export function runTool(program: string, args: readonly string[], { input, env = {} }: RunOptions = {}): ToolRun {
  const run = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, ...env },
    ...(input === undefined ? {} : { input }),
  });
  if (run.error !== undefined) throw run.error;
  return { status: run.status ?? 1, stdout: run.stdout, stderr: run.stderr };
}

/** Runs a program that has to succeed. @returns what it printed. @throws Error with the command and what it said */
export function mustRun(program: string, args: readonly string[], options: RunOptions = {}): string {
  const { status, stdout, stderr } = runTool(program, args, options);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}
