import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const STOP_MS = 10_000;
const TAIL_LINES = 15;

interface Running {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

/** Programs in the background, each with a file for what it says, ended in the reverse of their order. */
export class Processes {
  readonly #folder: string;
  readonly #running: Running[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  start(
    name: string,
    program: string,
    args: readonly string[],
    { env = {}, cwd }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
  ): void {
    const log = openSync(this.#logFile(name), 'a');
    // A session of its own: Ctrl-C at a terminal would end it before those that need it.
    const child = spawn(program, args, {
      stdio: ['ignore', log, log],
      detached: true,
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    this.#running.push({ name, child, ended });
  }

  /** The last lines that a program has written. */
  tail(name: string): string {
    return readFileSync(this.#logFile(name), 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }

  /** @throws Error naming a program that has ended by itself, with its last lines */
  checkRunning(): void {
    for (const { name, child } of this.#running) {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) continue;
      throw new Error(
        `${name} has ended (${child.exitCode ?? child.signalCode ?? 'not started'}):\n${this.tail(name)}`,
      );
    }
  }

  /** Ends one of them, or all. */
  async stop(only?: string): Promise<void> {
    for (const running of this.#running.toReversed()) {
      if (only !== undefined && running.name !== only) continue;
      this.#running.splice(this.#running.indexOf(running), 1);
      running.child.kill('SIGTERM');
      const killing = setTimeout(() => running.child.kill('SIGKILL'), STOP_MS);
      await running.ended;
      clearTimeout(killing);
    }
  }

  #logFile(name: string): string {
    return join(this.#folder, `${name}.log`);
  }
}
