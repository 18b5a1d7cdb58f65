import type { WriteStream } from 'node:fs';
import type { Random } from '@logweave/generate';
import { LogweaveProcess, type ProcessExit } from '../logweave-process.ts';

/** The correlators of a group, each a process. */
export class CorrelatorCrew {
  readonly #configPath: string;
  readonly #log: WriteStream;
  readonly #random: Random;
  readonly #all: LogweaveProcess[] = [];
  #members: LogweaveProcess[] = [];

  constructor(configPath: string, log: WriteStream, random: Random) {
    this.#configPath = configPath;
    this.#log = log;
    this.#random = random;
  }

  get size(): number {
    return this.#members.length;
  }

  /** Take-overs, of all that ever ran, in which something was read again. */
  get replays(): number {
    return this.#all.reduce((sum, { replays }) => sum + replays, 0);
  }

  /** Members that ended though nobody had asked them to. */
  get deserters(): readonly LogweaveProcess[] {
    return this.#members.filter(({ running }) => !running);
  }

  add(): void {
    const member = new LogweaveProcess(['run', 'correlator', '--config', this.#configPath], this.#log);
    this.#members.push(member);
    this.#all.push(member);
  }

  /** Kills one and puts another in its place. */
  async replace(): Promise<void> {
    await this.#takeOne()?.end('SIGKILL');
    this.add();
  }

  /** Asks one to leave. */
  async dismiss(): Promise<ProcessExit | null> {
    return (await this.#takeOne()?.end('SIGTERM')) ?? null;
  }

  /** Stops one in the middle of what it does; the result lets it go on. */
  freeze(): () => void {
    const member = this.#members[this.#random.below(this.#members.length)];
    member?.signal('SIGSTOP');
    return () => member?.signal('SIGCONT');
  }

  async endAll(signal: 'SIGKILL' | 'SIGTERM'): Promise<readonly ProcessExit[]> {
    const members = this.#members;
    this.#members = [];
    return Promise.all(members.map((member) => member.end(signal)));
  }

  #takeOne(): LogweaveProcess | null {
    return this.#members.splice(this.#random.below(this.#members.length), 1)[0] ?? null;
  }
}
