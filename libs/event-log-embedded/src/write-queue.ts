import { EventLogError } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import type { Catalog } from './catalog.ts';
import type { TailCache } from './tail-cache.ts';
import type { WriteOutcome, Writer } from './write-operation.ts';
import { WriteTransaction } from './write-transaction.ts';

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;
/** About what one transaction writes at most: whoever waits for a longer one waits noticeably. */
const TRANSACTION_BYTES = 16 * 1024 * 1024;

/** Something to be written. Exactly one of `done`, `failed` and a refusal in `admit` ends it. */
export interface WriteRequest {
  /** Rough size, for bounding a transaction. */
  readonly bytes: number;
  /** Looks, before anything of this request is written, whether it may be; when not, it tells its caller. */
  admit(transaction: WriteTransaction): boolean;
  write(transaction: WriteTransaction): void;
  /** Committed and published. */
  done(): void;
  /**
   * It could not be written. `again`, which only an error that is `retriable` allows, puts the request back in its
   * place; otherwise the caller has been told.
   */
  failed(error: EventLogError, mayBeApplied: boolean): 'again' | 'settled';
}

export interface WriteQueueDeps {
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly writer: Pick<Writer, 'write'>;
  readonly cache: TailCache;
  /** Called after each commit. */
  readonly committed: () => void;
  /** Writing fails and is being tried again, or works again (null). Called on change only. */
  readonly stalled: (error: EventLogError | null) => void;
}

/** A transaction that the writer has. */
interface InFlight {
  readonly transaction: WriteTransaction;
  readonly requests: readonly WriteRequest[];
  readonly urgent: boolean;
}

/**
 * Group commit: what is asked for in one turn of the event loop, or while a transaction is written, becomes one
 * transaction with one fsync. Requests are served in their order. One transaction is in flight at a time, so each is
 * decided when the outcome of the one before is known, and by what the catalog says then.
 */
export class WriteQueue {
  readonly #deps: WriteQueueDeps;
  #pending: WriteRequest[] = [];
  /** What makes room: goes first and alone, so that it gets through when nothing else can be written. */
  #urgent: WriteRequest[] = [];
  /** The last transaction was an urgent one: then it is the others' turn, or a busy maintenance would starve them. */
  #othersTurn = false;
  #inFlight: InFlight | null = null;
  #scheduled = false;
  #retryMs = 0;
  #closed = false;
  /** Why nothing can be written any more. */
  #lost: EventLogError | null = null;
  #between: (() => void)[] = [];
  #drained: (() => void)[] = [];
  #cancelRetry: (() => void) | null = null;

  constructor(deps: WriteQueueDeps) {
    this.#deps = deps;
  }

  push(request: WriteRequest): void {
    if (this.#refuses(request)) return;
    this.#pending.push(request);
    this.#schedule();
  }

  /** For what frees space: it overtakes everything else. */
  pushUrgent(request: WriteRequest): void {
    if (this.#refuses(request)) return;
    this.#urgent.push(request);
    this.#schedule();
  }

  /**
   * Runs something while no transaction is in flight: at once, or when the catalog has taken over the one that is and
   * the next is not decided yet.
   */
  betweenTransactions<T>(run: () => T | Promise<T>): Promise<T> {
    if (this.#inFlight === null) return Promise.try(run);
    return new Promise((resolve) => void this.#between.push(() => resolve(Promise.try(run))));
  }

  /** Resolves when nothing is left to write. What still cannot be written when the log closes is given up. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#cancelRetry !== null) {
      this.#cancelRetry();
      this.#cancelRetry = null;
      this.#schedule();
    }
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  #refuses(request: WriteRequest): boolean {
    const error = this.#closed ? new EventLogError('closed', 'the event log is closed') : this.#lost;
    if (error !== null) request.failed(error, false);
    return error !== null;
  }

  /** While a retry is due later, only what is urgent may go. */
  #hasWork(): boolean {
    return this.#urgent.length > 0 || (this.#pending.length > 0 && this.#cancelRetry === null);
  }

  #isIdle(): boolean {
    return this.#inFlight === null && this.#urgent.length === 0 && this.#pending.length === 0;
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight !== null || !this.#hasWork()) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#begin();
      this.#tellDrained();
    });
  }

  /** Gives the writer the next transaction, unless it has one or there is none. */
  #begin(): void {
    while (this.#inFlight === null && this.#hasWork()) {
      const urgent = this.#urgentGoes();
      this.#othersTurn = urgent;
      const transaction = new WriteTransaction(this.#deps.catalog);
      const requests: WriteRequest[] = [];
      for (const request of urgent ? this.#urgent.splice(0) : this.#take()) {
        if (!request.admit(transaction)) continue;
        requests.push(request);
        request.write(transaction);
      }
      if (requests.length === 0) continue;
      const inFlight = { transaction, requests, urgent };
      this.#inFlight = inFlight;
      void this.#deps.writer.write(transaction.finish()).then((outcome) => this.#end(inFlight, outcome));
    }
  }

  #end({ transaction, requests, urgent }: InFlight, outcome: WriteOutcome): void {
    this.#inFlight = null;
    switch (outcome.kind) {
      case 'committed':
        transaction.publish(this.#deps.cache);
        if (!urgent) this.#workAgain();
        break;
      case 'failed':
        if (urgent) for (const request of requests) request.failed(outcome.error, false);
        else this.#afterFailure(outcome.error, outcome.mayBeApplied, requests);
        break;
      case 'lost':
        this.#afterLoss(outcome.error, outcome.mayBeApplied, requests);
        break;
      default:
        outcome satisfies never;
    }
    for (const run of this.#between.splice(0)) run();
    // Before anybody hears of this one, so that the next is written while they work on.
    this.#begin();
    if (outcome.kind === 'committed') {
      for (const request of requests) request.done();
      this.#deps.committed();
    }
    this.#tellDrained();
  }

  #workAgain(): void {
    if (this.#retryMs === 0) return;
    this.#retryMs = 0;
    this.#deps.stalled(null);
  }

  #urgentGoes(): boolean {
    const othersMay = this.#pending.length > 0 && this.#cancelRetry === null;
    return this.#urgent.length > 0 && !(this.#othersTurn && othersMay);
  }

  #take(): WriteRequest[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#pending.length && bytes < TRANSACTION_BYTES) {
      bytes += (this.#pending[count] as WriteRequest).bytes;
      count++;
    }
    return this.#pending.splice(0, count);
  }

  #afterFailure(error: EventLogError, mayBeApplied: boolean, requests: readonly WriteRequest[]): void {
    const again = requests.filter((request) => request.failed(error, mayBeApplied) === 'again');
    this.#pending.unshift(...again);
    if (this.#closed) {
      const cause = { cause: error };
      this.#giveUp(new EventLogError('closed', 'the event log was closed while it could not be written', cause));
      return;
    }
    if (this.#retryMs === 0) this.#deps.stalled(error);
    this.#retryMs = Math.min(Math.max(FIRST_RETRY_MS, this.#retryMs * 2), LAST_RETRY_MS);
    this.#cancelRetry = this.#deps.clock.schedule(this.#retryMs, () => {
      this.#cancelRetry = null;
      this.#schedule();
    });
  }

  #afterLoss(error: EventLogError, mayBeApplied: boolean, requests: readonly WriteRequest[]): void {
    this.#lost = error;
    this.#deps.stalled(error);
    for (const request of requests) request.failed(error, mayBeApplied);
    this.#giveUp(error);
  }

  #giveUp(error: EventLogError): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    for (const request of [...this.#urgent.splice(0), ...this.#pending.splice(0)]) request.failed(error, false);
  }

  #tellDrained(): void {
    if (this.#isIdle()) for (const resolve of this.#drained.splice(0)) resolve();
  }
}
