import { Worker } from 'node:worker_threads';
import type { Clock } from '@logweave/model';
import type { LoadedParser } from './loaded-parser.ts';
import type { ParseAnswer, ParseRequest, ParseWorkerData } from './parse-protocol.ts';

/** Heap of a thread: a batch of logs and its events are some MiB, what a runaway parser builds is more. */
const HEAP_MIB = 512;
/** No batch takes that long: parsers have a budget of steps. A thread that does not answer is ended. */
const PATIENCE_MS = 60_000;

// Beside this file, whether that runs from its source or built.
const FROM_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = new URL(`./parse-worker.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url);

/** What became of a request: an answer, or the thread has ended over it or one of those before it. */
export type ThreadOutcome =
  | { readonly kind: 'answer'; readonly answer: ParseAnswer }
  | { readonly kind: 'lost'; readonly why: string };

/** A thread that parses. When it has ended it stays so: the next one begins with nothing. */
export class ParseThread {
  /** Why it has ended. */
  lost: string | null = null;
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #known = new Set<string>();
  readonly #waiting = new Map<number, (outcome: ThreadOutcome) => void>();
  readonly #exited: Promise<void>;
  #id = 0;

  constructor(data: ParseWorkerData, clock: Clock) {
    this.#clock = clock;
    this.#worker = new Worker(PROGRAM, {
      workerData: data,
      name: 'parser',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
      // Not what this process was started with, which may be meant for it alone.
      ...(FROM_SOURCE ? { execArgv: ['--conditions=@logweave/source'] } : {}),
    });
    this.#worker.on('message', (answer: ParseAnswer) => {
      this.#waiting.get(answer.id)?.({ kind: 'answer', answer });
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    this.#worker.on('error', (error: unknown) => this.#end(nameOf(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#end(`exit code ${code}`);
        resolve();
      });
    });
    this.#worker.unref();
  }

  /** `parsers`: those of the logs, of which the thread is sent what it does not know. Requests are answered in order. */
  async parse(
    { bytes, logs }: Pick<ParseRequest, 'bytes' | 'logs'>,
    parsers: readonly LoadedParser[],
  ): Promise<ThreadOutcome> {
    if (this.lost !== null) return { kind: 'lost', why: this.lost };
    const id = this.#id++;
    const unknown = parsers.filter(({ label, text }) => !this.#known.has(`${text.logType} ${label}`));
    for (const { label, text } of unknown) this.#known.add(`${text.logType} ${label}`);
    const request: ParseRequest = { id, bytes, logs, parsers: unknown.map(({ label, text }) => ({ label, text })) };
    const answered = new Promise<ThreadOutcome>((resolve) => this.#waiting.set(id, resolve));
    this.#worker.ref();
    this.#worker.postMessage(request, [bytes]);
    const cancel = this.#clock.schedule(PATIENCE_MS, () => {
      this.#end(`no answer in ${PATIENCE_MS / 1000} s`);
      void this.#worker.terminate();
    });
    try {
      return await answered;
    } finally {
      cancel();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    await this.#exited;
  }

  #end(why: string): void {
    this.lost ??= why;
    for (const resolve of this.#waiting.values()) resolve({ kind: 'lost', why: this.lost });
    this.#waiting.clear();
  }
}

/** Not its message, which may quote a log. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it threw';
  return 'code' in error ? String(error.code) : error.name;
}
