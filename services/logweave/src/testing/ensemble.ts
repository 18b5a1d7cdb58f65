import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { expect, type TestContext } from 'vitest';
import { LogweaveRun } from './run-logweave.ts';

const ENGINE_BYTES = 1024 * 1024 * 1024;

export interface EnsembleOptions {
  readonly brokers: readonly string[];
  /** What is otherwise than in the example configurations, by section. */
  readonly sections: Readonly<Record<string, object>>;
}

/** The services as processes of their own, each with a data directory of its own, on one Kafka and one ClickHouse. */
export class Ensemble {
  readonly at: (name: string) => string;
  readonly #dsn: string;
  readonly #context: TestContext;
  readonly #options: EnsembleOptions;
  #processes = 0;

  private constructor(directory: string, dsn: string, context: TestContext, options: EnsembleOptions) {
    this.at = (name) => join(directory, name);
    this.#dsn = dsn;
    this.#context = context;
    this.#options = options;
  }

  /** Starts the warehouse; all ends with the test. */
  static async start(context: TestContext, options: EnsembleOptions): Promise<Ensemble> {
    const directory = mkdtempSync(join(tmpdir(), 'logweave-ensemble-'));
    const log = createLogger({ level: 'error', format: 'json', redactor: new Redactor() });
    const engine = await startEmbeddedWarehouse({
      dataDir: join(directory, 'clickhouse'),
      memoryBytes: ENGINE_BYTES,
      log,
      clock: systemClock,
    });
    context.onTestFinished(async () => {
      await engine.stop();
      rmSync(directory, { recursive: true });
    });
    const { host } = new URL(engine.url);
    return new Ensemble(directory, `http://${engine.user}:${engine.password}@${host}/default`, context, options);
  }

  /** @param sections what is otherwise for this process, key by key */
  async run(service: string, sections: EnsembleOptions['sections'] = {}): Promise<LogweaveRun> {
    const run = new LogweaveRun(['run', service, '-c', this.config(sections)]);
    this.#context.onTestFinished(() => run.kill('SIGKILL'));
    await run.until(() => run.logged('started') !== undefined);
    return run;
  }

  /** Stops in order, which must go well. */
  async stop(run: LogweaveRun): Promise<void> {
    run.kill('SIGTERM');
    expect((await run.finished).code).toBe(0);
  }

  /** A configuration with a data directory of its own. @returns its file */
  config(sections: EnsembleOptions['sections'] = {}): string {
    const { at } = this;
    const number = this.#processes++;
    const config: Record<string, object | string> = {
      data_dir: at(`data-${number}`),
      event_log: { kind: 'kafka', kafka: { brokers: this.#options.brokers, session_timeout_ms: 6_000 } },
      inputs: {
        unix_sockets: [
          { name: 'http_source', path: at('http.socket'), type: 'stream' },
          { name: 'network_source', path: at('network.socket'), type: 'stream' },
        ],
      },
      outputs: { file: { path: at('out.log') }, clickhouse: { dsn: this.#dsn } },
      admin: { port: 0 },
      log: { format: 'json' },
    };
    for (const given of [this.#options.sections, sections]) {
      for (const [name, section] of Object.entries(given)) config[name] = { ...Object(config[name]), ...section };
    }
    writeFileSync(at(`config-${number}.yml`), JSON.stringify(config));
    return at(`config-${number}.yml`);
  }
}
