import type { Clock } from '@logweave/model';
import type { Logger } from '@logweave/service-kit';
import { NewerSchemaError, type Warehouse, WarehouseError } from '@logweave/warehouse';

// A view that somebody drops lets rows into the raw table only, without an error: hence a look now and then.
const RECHECK_OPEN_MS = 5_000;
const RECHECK_CLOSED_MS = 2_000;

export interface SchemaGateDeps {
  readonly warehouse: Pick<Warehouse, 'migrate' | 'schemaProblems'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Lets inserts through while the tables are as the migrations made them. Opens by itself once they are mended. */
export class SchemaGate {
  readonly #deps: SchemaGateDeps;
  readonly #stopping = new AbortController();
  #migrate: boolean;
  #open = false;
  #problem: string | null = 'ClickHouse has not answered yet';
  #waiting: (() => void)[] = [];
  #checking: Promise<void> | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: SchemaGateDeps, options: { readonly migrate: boolean }) {
    this.#deps = deps;
    this.#migrate = options.migrate;
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
    const { warehouse, log } = this.#deps;
    try {
      if (this.#migrate) {
        const { steps } = await warehouse.migrate({ dryRun: false });
        this.#migrate = false;
        if (steps.length > 0) log.info({ versions: steps.map((step) => step.version) }, 'tables migrated');
      }
      const problems = await warehouse.schemaProblems();
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
      if (problem === null) this.#deps.log.info({}, 'tables are as expected');
      else this.#deps.log.error({ problem }, 'cannot insert');
    }
    this.#problem = problem;
    this.#open = problem === null;
    if (this.#open) this.#release();
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
