import type { Clock } from '@logweave/model';
import type { Logger } from '@logweave/service-kit';
import { NewerSchemaError, type Stream, type Warehouse, WarehouseError } from '@logweave/warehouse';

// A view that somebody drops lets rows into the raw table only, without an error: hence a look now and then.
const RECHECK_OPEN_MS = 5_000;
const RECHECK_CLOSED_MS = 2_000;

export interface SchemaGateDeps {
  readonly warehouse: Pick<Warehouse, 'schemaProblems'>;
  /** Brings the tables up to date, or has done it. @throws what `Warehouse.migrate` throws. */
  readonly migrate: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Lets inserts of a stream through while its tables are as the migrations made them. Opens by itself once they are mended. */
export class SchemaGate {
  readonly #deps: SchemaGateDeps;
  readonly #stopping = new AbortController();
  readonly #stream: Stream;
  #open = false;
  #problem: string | null = 'ClickHouse has not answered yet';
  #waiting: (() => void)[] = [];
  #checking: Promise<void> | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(stream: Stream, deps: SchemaGateDeps) {
    this.#stream = stream;
    this.#deps = deps;
  }

  /** Why it is closed, naming tables and columns; null when it is open. */
  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    this.#running = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#release();
    await this.#running;
  }

  /** Resolves when the gate is open, or at once when the signal aborts: then the caller looks at the signal. */
  async pass(signal: AbortSignal): Promise<void> {
    while (!this.#open && !signal.aborted && !this.#stopping.signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.#waiting.push(resolve);
      await promise;
    }
  }

  /** Looks now; afterwards `problem` is up to date. Never rejects: a warehouse that is away changes nothing here. */
  check(): Promise<void> {
    this.#checking ??= this.#look().finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.check();
      await this.#deps.clock.sleep(this.#open ? RECHECK_OPEN_MS : RECHECK_CLOSED_MS, signal);
    }
  }

  async #look(): Promise<void> {
    const { warehouse, migrate } = this.#deps;
    try {
      await migrate();
      const problems = await warehouse.schemaProblems(this.#stream);
      if (problems.length === 0) return this.#set(null);
      this.#set(problems.map((problem) => problem.message).join('; '));
    } catch (error) {
      if (error instanceof NewerSchemaError) return this.#set(error.message);
      if (!(error instanceof WarehouseError)) throw error;
      // Away, or forbidden: whether the tables are right is not known. What was open stays open; inserts will tell.
      if (!this.#open) this.#set(error.message);
    }
  }

  #set(problem: string | null): void {
    if (problem !== this.#problem) {
      const fields = { stream: this.#stream };
      if (problem === null) this.#deps.log.info(fields, 'tables are as expected');
      else this.#deps.log.error({ ...fields, problem }, 'cannot insert');
    }
    this.#problem = problem;
    this.#open = problem === null;
    if (this.#open) this.#release();
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
