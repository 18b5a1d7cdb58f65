import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/logweave.mjs', import.meta.url));
/** As the first line of the program has it. */
const FLAGS = ['--conditions=@logweave/source', '--no-warnings'];

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `logweave` process whose output is kept. */
export class LogweaveRun {
  readonly finished: Promise<Finished>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], options: RunLogweaveOptions = {}) {
    const child = spawn(process.execPath, [...FLAGS, ...(options.nodeFlags ?? []), PROGRAM, ...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#notify();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#notify();
    });
    this.finished = new Promise((resolve) => {
      child.on('close', (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
        this.#notify();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when the condition holds; it is looked at whenever output comes. Rejects when the process ends before. */
  async until(condition: (run: LogweaveRun) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.#child.exitCode !== null) throw new Error(`logweave ended early:\n${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
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

  #notify(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

export interface RunLogweaveOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeFlags?: readonly string[];
}

/** Runs a command to its end. */
export function logweave(args: readonly string[], options: RunLogweaveOptions = {}): Promise<Finished> {
  return new LogweaveRun(args, options).finished;
}
