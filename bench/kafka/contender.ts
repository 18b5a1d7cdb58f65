import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { CommittedOffset, EventLog } from '@logweave/event-log';
import { type Arena, type InputTopics, PARTITIONS, type OutputTopics } from './arena.ts';

/** What a contender is told about one run. */
export interface Run {
  readonly brokers: readonly string[];
  readonly group: string;
  readonly input: InputTopics;
  readonly output: OutputTopics;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Something that reads the input topics and writes a result topic, in a process of its own. */
export interface Contender {
  readonly name: string;
  command(run: Run): Command;
  /** How far an input was read whose outcome is committed, of what the group has committed for it. */
  position(committed: CommittedOffset): number;
}

/** One run of a contender. */
export class ContenderProcess {
  readonly run: Run;
  readonly contender: Contender;
  readonly #child: ChildProcess;

  constructor(contender: Contender, run: Run) {
    this.contender = contender;
    this.run = run;
    const { file, args } = contender.command(run);
    // What contenders say of themselves is for debugging.
    const out = process.env['BENCH_VERBOSE'] === undefined ? 'ignore' : 'inherit';
    this.#child = spawn(file, args, { stdio: ['ignore', out, 'inherit'] });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`${this.contender.name} did not start`);
    return pid;
  }

  /** @throws Error when it has ended, which nobody asked it to. */
  checkAlive(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) {
      throw new Error(`${this.contender.name} ended with ${exitCode ?? signalCode}`);
    }
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}

/** A run under a name that nobody had, with topics of its own and nothing in them. */
export async function prepareRun(arena: Arena, name: string): Promise<Run> {
  const group = `bench.${name.replaceAll(/[^A-Za-z0-9]+/g, '-')}`;
  const [input, output] = [await arena.createInputs(group), await arena.createOutputs(group)];
  return { brokers: arena.brokers, group, input, output };
}

/** Input records whose outcomes are committed. */
export async function committedRecords(log: EventLog, { contender, run }: ContenderProcess): Promise<number> {
  const { http, network } = run.input;
  const partitions = [http, network].flatMap((topic) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
  );
  const committed = await log.committed(run.group, partitions);
  return committed.reduce((sum, offset) => sum + (offset === null ? 0 : contender.position(offset)), 0);
}
