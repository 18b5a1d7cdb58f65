import { Worker } from 'node:worker_threads';
import { EventLogError } from '@logweave/event-log';
import type { WriteOperation, WriteOutcome, Writer, WriterOptions } from './write-operation.ts';
import { fromPlainError, type WriterAnswer, type WriterData, type WriterRequest } from './writer-protocol.ts';

/** Of the memory that both threads see, at first; it grows with the transactions. */
const SHARED_BYTES = 1024 * 1024;

// Beside this file, whether that runs from its source or built.
const FROM_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = new URL(`./writer-worker.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url);

/** Writes the file in a thread of its own, so that this one never waits for the disk. */
export class WriterThread implements Writer {
  readonly #worker: Worker;
  readonly #options: WriterOptions;
  readonly #exited: Promise<void>;
  /**
   * Where the bytes of a transaction lie while it is written. The batches are copied because readers in this thread
   * have them meanwhile; and into the same memory each time, which costs less than handing over fresh memory.
   */
  #shared = new SharedArrayBuffer(SHARED_BYTES);
  #answered: ((outcome: WriteOutcome) => void) | null = null;
  #lost: EventLogError | null = null;

  /** Opens the file, or creates it. Another program is for tests. @throws EventLogError `corrupt`, `unavailable`. */
  static async open(options: WriterOptions, program = PROGRAM): Promise<WriterThread> {
    const worker = new Worker(program, {
      workerData: { path: options.path, maxBytes: options.maxBytes } satisfies WriterData,
      name: 'event-log-writer',
      // Not what this process was started with: limits of its memory are refused here, and Vitest resolves by itself.
      ...(FROM_SOURCE ? { execArgv: ['--conditions=@logweave/source'] } : {}),
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', (answer: WriterAnswer) => {
        if (answer.kind === 'not_opened') reject(fromPlainError(answer.error));
        else resolve();
      });
      worker.once('error', (error) => reject(goneError(error)));
      worker.once('exit', (code) => reject(goneError(`it ended with ${code}`)));
    });
    return new WriterThread(worker, options);
  }

  private constructor(worker: Worker, options: WriterOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        this.#lose(`it ended with ${code}`);
        resolve();
      });
    });
    worker.on('message', (answer: WriterAnswer) => this.#receive(answer));
    worker.on('error', (error) => this.#lose(error));
    // A log that is open holds up nobody; one that is being written does.
    worker.unref();
  }

  write(operations: readonly WriteOperation[]): Promise<WriteOutcome> {
    if (this.#lost !== null) return Promise.resolve({ kind: 'lost', error: this.#lost, mayBeApplied: false });
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#post(this.#share(operations));
    });
  }

  async close(): Promise<void> {
    this.#post(null);
    await this.#exited;
  }

  #post(request: WriterRequest): void {
    this.#worker.ref();
    this.#worker.postMessage(request, []);
  }

  #receive(answer: WriterAnswer): void {
    switch (answer.kind) {
      case 'committed':
        this.#answer(answer);
        return;
      case 'failed':
        this.#answer({ ...answer, error: fromPlainError(answer.error) });
        return;
      case 'checkpoint_failed':
        this.#options.checkpointFailed(fromPlainError(answer.error));
        return;
      case 'opened':
      case 'not_opened':
        throw new Error(`the writer of the event log said ${answer.kind} again`);
      default:
        answer satisfies never;
    }
  }

  #answer(outcome: WriteOutcome): void {
    const answered = this.#answered;
    this.#answered = null;
    this.#worker.unref();
    answered?.(outcome);
  }

  /** The thread is gone. A transaction that it had may be in the file. */
  #lose(cause: unknown): void {
    this.#lost ??= goneError(cause);
    this.#answer({ kind: 'lost', error: this.#lost, mayBeApplied: true });
  }

  #share(operations: readonly WriteOperation[]): WriteOperation[] {
    let bytes = 0;
    for (const operation of operations) if (operation.kind === 'put_batch') bytes += operation.data.length;
    if (bytes > this.#shared.byteLength) this.#shared = new SharedArrayBuffer(2 * bytes);
    let position = 0;
    return operations.map((operation) => {
      if (operation.kind !== 'put_batch') return operation;
      const data = new Uint8Array(this.#shared, position, operation.data.length);
      data.set(operation.data);
      position += data.length;
      return { ...operation, data };
    });
  }
}

function goneError(cause: unknown): EventLogError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new EventLogError('unavailable', `the thread that writes the event log is gone: ${why}`, { cause });
}
