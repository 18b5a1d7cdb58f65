import type { Logger } from '@logweave/service-kit';
import type { Warehouse } from '@logweave/warehouse';

/** One migration for all who wait for it. What failed is tried anew by the next call; what is done is not done again. */
export class TablesMigration {
  readonly #warehouse: Pick<Warehouse, 'migrate'>;
  readonly #log: Logger;
  #done = false;
  #running: Promise<void> | null = null;

  constructor(deps: { readonly warehouse: Pick<Warehouse, 'migrate'>; readonly log: Logger }) {
    this.#warehouse = deps.warehouse;
    this.#log = deps.log;
  }

  /** @throws NewerSchemaError, WarehouseError. */
  run(): Promise<void> {
    if (this.#done) return Promise.resolve();
    this.#running ??= this.#migrate().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #migrate(): Promise<void> {
    const { steps } = await this.#warehouse.migrate({ dryRun: false });
    this.#done = true;
    if (steps.length > 0) this.#log.info({ versions: steps.map((step) => step.version) }, 'tables migrated');
  }
}
