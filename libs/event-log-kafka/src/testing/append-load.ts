import type { EventLog, Producer } from '@logweave/event-log';
import { recordOf, topicSpec, until } from './test-log.ts';

/** Appends one record after the other until it is stopped. */
export class AppendLoad {
  written = 0;
  readonly topic: string;
  readonly #log: EventLog;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(log: EventLog) {
    this.#log = log;
    this.topic = `load-${crypto.randomUUID()}`;
  }

  async start(): Promise<void> {
    await this.#log.ensureTopic(topicSpec(this.topic));
    this.#running = this.#run(await this.#log.producer());
    // Whoever waits for progress learns it from `stop`.
    this.#running.catch(() => {});
    await this.progress();
  }

  async #run(producer: Producer): Promise<void> {
    for (; !this.#stopped.signal.aborted; this.written++) {
      await producer.append([{ topic: this.topic, partition: 0, records: [recordOf(`${this.written}`)] }]);
    }
  }

  async progress(): Promise<void> {
    const from = this.written;
    await Promise.race([
      this.#running.then(() => Promise.reject(new Error('nothing is appended any more'))),
      until('progress', async () => (this.written > from + 50 ? true : null), 20_000),
    ]);
  }

  /** Resolves with all that was acknowledged; rejects with what has ended it. */
  async stop(): Promise<string[]> {
    this.#stopped.abort();
    await this.#running;
    return Array.from({ length: this.written }, (_, i) => `${i}`);
  }
}
