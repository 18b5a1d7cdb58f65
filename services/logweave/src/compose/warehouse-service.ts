import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClickhouseSection, chooseWarehouse, embeddedWarehouseConfig } from '@logweave/clickhouse-writer';
import type { Clock } from '@logweave/model';
import type { Logger, Readiness, Redactor, Service } from '@logweave/service-kit';
import { createWarehouse, type Warehouse } from '@logweave/warehouse';
import { type EmbeddedWarehouse, startEmbeddedWarehouse } from '@logweave/warehouse-embedded';

export interface WarehouseDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly redactor: Redactor;
}

/** ClickHouse as a service of the process: the embedded engine is started and stopped with it, a server only spoken to. */
export class WarehouseService implements Service {
  readonly name = 'warehouse';
  readonly failure: Promise<Error>;
  readonly #section: ClickhouseSection;
  readonly #dataDir: string;
  readonly #deps: WarehouseDeps;
  readonly #fail: (error: Error) => void;
  #engine: EmbeddedWarehouse | null = null;
  #warehouse: Warehouse | null = null;

  constructor(section: ClickhouseSection, dataDir: string, deps: WarehouseDeps) {
    this.#section = section;
    this.#dataDir = dataDir;
    this.#deps = deps;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failure = promise;
    this.#fail = resolve;
  }

  /** @throws Error before the start. */
  get warehouse(): Warehouse {
    if (this.#warehouse === null) throw new Error('the warehouse is not there yet');
    return this.#warehouse;
  }

  /** @throws Error when the embedded engine cannot be started. A server that is away is no error. */
  async start(): Promise<void> {
    const { log, redactor, clock } = this.#deps;
    const choice = chooseWarehouse(this.#section);
    if (choice.kind === 'server') {
      if (choice.note !== null) log.info({ note: choice.note }, 'clickhouse address');
      redactor.add(secretsOf(choice.config));
      this.#warehouse = createWarehouse(choice.config);
      return;
    }
    const engine = await startEmbeddedWarehouse({
      dataDir: join(this.#dataDir, 'warehouse'),
      memoryBytes: choice.memoryBytes,
      log,
      clock,
    });
    this.#engine = engine;
    redactor.add([engine.password]);
    void this.#watch(engine);
    this.#warehouse = createWarehouse(embeddedWarehouseConfig(this.#section, engine));
  }

  async #watch(engine: EmbeddedWarehouse): Promise<void> {
    const exit = await engine.exited;
    if (exit.kind === 'failed') this.#fail(new Error(`the embedded ClickHouse is gone: ${exit.message}`));
  }

  async stop(): Promise<void> {
    await this.#warehouse?.close();
    await this.#engine?.stop();
  }

  readiness(): Readiness {
    if (this.#warehouse === null) return { ready: false, detail: 'Starting.' };
    if (this.#engine === null) return { ready: true, detail: 'Spoken to over HTTP; clickhouse-writer says how it is.' };
    return this.#engine.pid === undefined
      ? { ready: false, detail: 'The embedded ClickHouse has died and is being started again.' }
      : { ready: true, detail: `The embedded ClickHouse ${this.#engine.version} runs as process ${this.#engine.pid}.` };
  }
}

function secretsOf(config: { readonly password?: string; readonly passwordFile?: string | null }): readonly string[] {
  const secrets = config.password === undefined ? [] : [config.password];
  if (typeof config.passwordFile !== 'string') return secrets;
  try {
    return [...secrets, readFileSync(config.passwordFile, 'utf8').trim()];
  } catch (error) {
    throw new Error(`cannot read outputs.clickhouse.password_file ${config.passwordFile}`, { cause: error });
  }
}
