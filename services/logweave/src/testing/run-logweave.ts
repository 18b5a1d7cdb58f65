import { fileURLToPath } from 'node:url';
import { type Finished, RecordedProcess } from '@logweave/service-kit/testing';

const PROGRAM = fileURLToPath(new URL('../../bin/logweave.mjs', import.meta.url));
/** As the first line of the program has it. */
const FLAGS = ['--conditions=@logweave/source', '--no-warnings'];

export interface RunLogweaveOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeFlags?: readonly string[];
}

/** A `logweave` process whose output is kept. */
export class LogweaveRun extends RecordedProcess {
  constructor(args: readonly string[], { cwd, env, nodeFlags = [] }: RunLogweaveOptions = {}) {
    super([...FLAGS, ...nodeFlags, PROGRAM, ...args], { cwd, env: { ...process.env, ...env } });
  }

  /** What a log line that has this event name says. */
  logged(event: string): Record<string, unknown> | undefined {
    for (const line of this.stderr.split('\n')) {
      if (!line.startsWith('{') || !line.includes(event) || !line.endsWith('}')) continue;
      const entry = JSON.parse(line) as Record<string, unknown>;
      if (entry.msg === event) return entry;
    }
    return undefined;
  }
}

/** Runs a command to its end. */
export function logweave(args: readonly string[], options: RunLogweaveOptions = {}): Promise<Finished> {
  return new LogweaveRun(args, options).finished;
}
