import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { descendantsOf, type ProcessMark } from './process-tree.ts';

const PROGRAM = new URL('../../bin/logweave.mjs', import.meta.url).pathname;

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One `logweave …`, from its start to its end. */
export class LogweaveProcess {
  readonly exited: Promise<ProcessExit>;
  /** Records that its tasks have read again when they took over. */
  replayed = 0;
  restoredTasks = 0;
  /** Take-overs in which it has read something again. */
  replays = 0;
  /** The last thing it said, for when it ends on its own. */
  lastLine = '';
  readonly #child: ChildProcess;

  /** @param log where its log lines are kept, too */
  constructor(args: readonly string[], log: WriteStream) {
    // As the first line of the program has it.
    const flags = ['--conditions=@logweave/source', '--no-warnings'];
    this.#child = spawn(process.execPath, [...flags, PROGRAM, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    if (this.#child.stderr === null) throw new Error('the process has no stderr');
    createInterface(this.#child.stderr).on('line', (line) => {
      log.write(`${line}\n`);
      this.#heed(line);
    });
  }

  /** Those that it has started, which must not outlive it. */
  children(): readonly ProcessMark[] {
    return this.#child.pid === undefined ? [] : descendantsOf(this.#child.pid);
  }

  /** Stops it in the middle of what it does, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<ProcessExit> {
    this.#child.kill(signal);
    return this.exited;
  }

  #heed(line: string): void {
    this.lastLine = line;
    if (!line.includes('"task restored"')) return;
    const entry = JSON.parse(line) as { readonly msg?: string; readonly replayed?: number };
    if (entry.msg !== 'task restored') return;
    this.restoredTasks++;
    this.replayed += entry.replayed ?? 0;
    if ((entry.replayed ?? 0) > 0) this.replays++;
  }
}

/** The file that log lines of all lives go to. */
export function openProcessLog(path: string): WriteStream {
  return createWriteStream(path, { flags: 'a' });
}
