import { type EventLog, EventLogError, type Reader } from '@logweave/event-log';
import { ParserRegistry, readRegistry, type RegistryPlace } from '@logweave/parser-registry';
import type { Clock } from '@logweave/model';
import type { Logger } from '@logweave/service-kit';

const PARTITION = 0;
const READ_MS = 1_000;
const RETRY_MS = 1_000;

export interface RegistryFollowerDeps {
  readonly eventLog: Pick<EventLog, 'watermarks' | 'reader'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called for each record that cannot be read. */
  readonly onProblem: () => void;
  /** Called when something was changed of a log type. */
  readonly onChange: (registry: ParserRegistry, logType: string) => void;
}

/** Keeps the registry as the topic says it, from now on until it is stopped. */
export class RegistryFollower {
  readonly #place: RegistryPlace;
  readonly #deps: RegistryFollowerDeps;
  #registry: ParserRegistry;
  #nextOffset = 0;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #reader: Reader | null = null;

  constructor(place: RegistryPlace, deps: RegistryFollowerDeps) {
    this.#place = place;
    this.#deps = deps;
    this.#registry = new ParserRegistry(place.prebuilt);
  }

  /** Reads all there is, so that nobody parses with what is no longer in use; then goes on in the background. */
  async start(): Promise<void> {
    const { registry, nextOffset, problems } = await readRegistry(this.#deps.eventLog, this.#place);
    this.#registry = registry;
    this.#nextOffset = nextOffset;
    for (const problem of problems) this.#report(problem);
    for (const logType of registry.logTypes()) this.#deps.onChange(registry, logType);
    this.#running = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reader?.close();
    await this.#running;
  }

  async #follow(): Promise<void> {
    const { clock, log } = this.#deps;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#read();
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error, retryMs: RETRY_MS }, 'parsers cannot be followed');
        // Compaction has removed records that were about to be read; what was made of them stands behind.
        if (error instanceof EventLogError && error.code === 'offset_out_of_range')
          this.#nextOffset = await this.#low();
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  async #read(): Promise<void> {
    const { eventLog } = this.#deps;
    const { signal } = this.#stopping;
    const reader = await eventLog.reader({ topic: this.#place.topic, partition: PARTITION }, this.#nextOffset);
    this.#reader = reader;
    try {
      while (!signal.aborted) {
        const { records, nextOffset } = await reader.read({ timeoutMs: READ_MS });
        for (const { key, value } of records) {
          const applied = this.#registry.apply(key, value);
          if ('problem' in applied) this.#report(applied.problem);
          else this.#deps.onChange(this.#registry, applied.logType);
        }
        this.#nextOffset = nextOffset;
      }
    } finally {
      this.#reader = null;
      await reader.close();
    }
  }

  async #low(): Promise<number> {
    const [marks] = await this.#deps.eventLog.watermarks(this.#place.topic);
    return Math.max(this.#nextOffset, marks?.low ?? 0);
  }

  #report(problem: string): void {
    this.#deps.onProblem();
    this.#deps.log.warn({ problem }, 'parser record passed over');
  }
}
