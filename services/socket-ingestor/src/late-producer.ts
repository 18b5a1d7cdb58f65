import { type AppendBatch, EventLogError, isRefusal, isRetriable, type Producer } from '@logweave/event-log';
import type { Clock } from '@logweave/model';

const RETRY_MS = 1_000;

/**
 * A producer that is opened for the first append, so that nothing before waits for a log that does not answer, and anew for
 * the first one after the log has refused us.
 */
export class LateProducer implements Producer {
  readonly #open: () => Promise<Producer>;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #opened: Promise<Producer> | null = null;
  readonly #refused = new Set<Promise<void>>();

  constructor(open: () => Promise<Producer>, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  async append(batches: readonly AppendBatch[]): Promise<readonly number[]> {
    this.#opened ??= this.#openUntilThere();
    const opened = this.#opened;
    try {
      return await (await opened).append(batches);
    } catch (error) {
      if (isRefusal(error)) this.#leave(opened);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([closed(this.#opened), ...this.#refused]);
  }

  #leave(opened: Promise<Producer>): void {
    if (this.#opened !== opened) return;
    this.#opened = null;
    const closing = closed(opened).finally(() => this.#refused.delete(closing));
    this.#refused.add(closing);
  }

  async #openUntilThere(): Promise<Producer> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        return await this.#open();
      } catch (error) {
        if (!isRetriable(error)) throw error;
        await this.#clock.sleep(RETRY_MS, signal);
      }
    }
    throw new EventLogError('closed', 'the producer is closed');
  }
}

/** Also of one that could not be opened. */
async function closed(opening: Promise<Producer> | null): Promise<void> {
  const [opened] = await Promise.allSettled([opening]);
  if (opened.status === 'fulfilled') await opened.value?.close();
}
