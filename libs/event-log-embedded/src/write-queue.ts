import { EventLogError } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import { asEventLogError, mayHaveBeenApplied } from './database.ts';
import type { TailCache } from './tail-cache.ts';
import type { WriteTransaction } from './write-transaction.ts';

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;
/** About what one transaction writes at most: longer ones hold up the event loop noticeably. */
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
  /** The transaction failed. `again` puts the request back in its place; otherwise the caller has been told. */
  failed(error: EventLogError, mayBeApplied: boolean): 'again' | 'settled';
}

export interface WriteQueueDeps {
  readonly clock: Clock;
  readonly transaction: WriteTransaction;
  readonly cache: TailCache;
  /** Called after each commit. */
  readonly committed: () => void;
  /** Writing fails and is being tried again, or works again (null). Called on change only. */
  readonly stalled: (error: EventLogError | null) => void;
}

/**
 * Group commit: what is asked for in one turn of the event loop becomes one SQLite transaction with one fsync. Requests
 * are served in their order.
 */
export class WriteQueue {
  readonly #deps: WriteQueueDeps;
  #pending: WriteRequest[] = [];
  /** What makes room: goes first and alone, so that it gets through when nothing else can be written. */
  #urgent: WriteRequest[] = [];
  /** The last transaction was an urgent one: then it is the others' turn, or a busy maintenance would starve them. */
  #othersTurn = false;
  #scheduled = false;
  #retryMs = 0;
  #closed = false;
  #drained: (() => void)[] = [];
  #cancelRetry: (() => void) | null = null;

  constructor(deps: WriteQueueDeps) {
    this.#deps = deps;
  }

  /** @throws EventLogError `closed`. */
  push(request: WriteRequest): void {
    if (this.#closed) throw new EventLogError('closed', 'the event log is closed');
    this.#pending.push(request);
    this.#schedule();
  }

  /** For what frees space: it overtakes everything else. @throws EventLogError `closed`. */
  pushUrgent(request: WriteRequest): void {
    if (this.#closed) throw new EventLogError('closed', 'the event log is closed');
    this.#urgent.push(request);
    this.#schedule();
  }

  /** Resolves when nothing is left to write. What still cannot be written when the log closes is given up. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#cancelRetry !== null) {
      this.#cancelRetry();
      this.#cancelRetry = null;
      this.#flush();
    }
    if (this.#pending.length + this.#urgent.length > 0)
      await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** While a retry is due later, only what is urgent may go. */
  #hasWork(): boolean {
    return this.#urgent.length > 0 || (this.#pending.length > 0 && this.#cancelRetry === null);
  }

  #schedule(): void {
    if (this.#scheduled || !this.#hasWork()) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const urgent = this.#urgentGoes();
    const requests = urgent ? this.#urgent.splice(0) : this.#take();
    this.#othersTurn = urgent;
    if (requests.length === 0) return;
    const { transaction, cache } = this.#deps;
    const admitted: WriteRequest[] = [];
    let next = 0;
    let committing = false;
    try {
      transaction.begin();
      for (; next < requests.length; next++) {
        const request = requests[next] as WriteRequest;
        if (!request.admit(transaction)) continue;
        admitted.push(request);
        request.write(transaction);
      }
      if (admitted.length > 0) {
        transaction.finish();
        committing = true;
        transaction.commit();
      }
    } catch (error) {
      transaction.rollback();
      // `next` is the request in hand when its own write failed; it is among the admitted then.
      const inHand = admitted.at(-1) === requests[next] ? next + 1 : next;
      if (urgent) this.#failUrgent(error, requests);
      else this.#afterFailure(error, committing, admitted, requests.slice(inHand));
      return;
    }
    if (admitted.length === 0) transaction.rollback();
    else {
      transaction.publish(cache);
      if (!urgent) this.#workAgain();
      for (const request of admitted) request.done();
      this.#deps.committed();
    }
    this.#continue();
  }

  #workAgain(): void {
    if (this.#retryMs === 0) return;
    this.#retryMs = 0;
    this.#deps.stalled(null);
  }

  #failUrgent(cause: unknown, requests: readonly WriteRequest[]): void {
    const error = asEventLogError(cause, 'the event log cannot be written');
    for (const request of requests) request.failed(error, false);
    this.#continue();
  }

  #urgentGoes(): boolean {
    const othersMay = this.#pending.length > 0 && this.#cancelRetry === null;
    return this.#urgent.length > 0 && !(this.#othersTurn && othersMay);
  }

  #take(): WriteRequest[] {
    if (this.#cancelRetry !== null) return [];
    let bytes = 0;
    let count = 0;
    while (count < this.#pending.length && bytes < TRANSACTION_BYTES) {
      bytes += (this.#pending[count] as WriteRequest).bytes;
      count++;
    }
    return this.#pending.splice(0, count);
  }

  #afterFailure(
    cause: unknown,
    committing: boolean,
    admitted: readonly WriteRequest[],
    rest: readonly WriteRequest[],
  ): void {
    const error = asEventLogError(cause, 'the event log cannot be written');
    const mayBeApplied = committing && mayHaveBeenApplied(cause);
    const again = admitted.filter((request) => request.failed(error, mayBeApplied) === 'again');
    this.#pending.unshift(...again, ...rest);
    if (this.#closed) {
      const closed = new EventLogError('closed', 'the event log was closed while it could not be written', { cause });
      for (const request of this.#pending.splice(0)) request.failed(closed, false);
      this.#continue();
      return;
    }
    if (this.#retryMs === 0) this.#deps.stalled(error);
    this.#retryMs = Math.min(Math.max(FIRST_RETRY_MS, this.#retryMs * 2), LAST_RETRY_MS);
    this.#cancelRetry = this.#deps.clock.schedule(this.#retryMs, () => {
      this.#cancelRetry = null;
      this.#continue();
    });
  }

  #continue(): void {
    if (this.#hasWork()) this.#schedule();
    else if (this.#pending.length === 0) for (const resolve of this.#drained.splice(0)) resolve();
  }
}
