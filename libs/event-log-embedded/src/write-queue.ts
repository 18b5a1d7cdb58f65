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

  /** Resolves when nothing is left to write. What still cannot be written when the log closes is given up. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#cancelRetry !== null) {
      this.#cancelRetry();
      this.#cancelRetry = null;
      this.#flush();
    }
    if (this.#pending.length > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled || this.#cancelRetry !== null || this.#pending.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const requests = this.#take();
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
      this.#afterFailure(error, committing, admitted, requests.slice(inHand));
      return;
    }
    if (admitted.length === 0) transaction.rollback();
    else this.#publish(admitted, transaction, cache);
    this.#continue();
  }

  #publish(admitted: readonly WriteRequest[], transaction: WriteTransaction, cache: TailCache): void {
    transaction.publish(cache);
    if (this.#retryMs > 0) {
      this.#retryMs = 0;
      this.#deps.stalled(null);
    }
    for (const request of admitted) request.done();
    this.#deps.committed();
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
    if (this.#pending.length > 0) this.#schedule();
    else for (const resolve of this.#drained.splice(0)) resolve();
  }
}
