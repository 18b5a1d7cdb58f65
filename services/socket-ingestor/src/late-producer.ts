import { type AppendBatch, EventLogError, type Producer, isRetriable } from '@logweave/event-log';
import type { Clock } from '@logweave/model';

const RETRY_MS = 1_000;

/** A producer that is opened for the first append, so that nothing before waits for a log that does not answer. */
export class LateProducer implements Producer {
  readonly #open: () => Promise<Producer>;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #opened: Promise<Producer> | null = null;

  constructor(open: () => Promise<Producer>, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  async append(batches: readonly AppendBatch[]): Promise<readonly number[]> {
    this.#opened ??= this.#openUntilThere();
    return (await this.#opened).append(batches);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const [opened] = await Promise.allSettled([this.#opened]);
    if (opened.status === 'fulfilled') await opened.value?.close();
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
