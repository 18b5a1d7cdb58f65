import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of a bundle whose output is kept. It gets nothing of the environment but PATH. */
export class BundledRun {
  readonly finished: Promise<Finished>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();

  constructor(bundle: string, cwd: string, args: readonly string[]) {
    const child = spawn(process.execPath, [join(bundle, 'bin/logweave.mjs'), ...args], {
      cwd,
      env: { PATH: process.env.PATH },
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
  async until(condition: (run: BundledRun) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.#child.exitCode !== null) throw new Error(`the bundle ended early:\n${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #notify(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Runs a command of a bundle to its end. */
export function runBundle(bundle: string, cwd: string, args: readonly string[]): Promise<Finished> {
  return new BundledRun(bundle, cwd, args).finished;
}
