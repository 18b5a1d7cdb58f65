import type { Readiness, Service, ServiceDeps } from '@logweave/service-kit';
import type { Warehouse } from '@logweave/warehouse';
import type { ClickhouseWriterConfig } from './config.ts';
import { InsertSlots } from './insert-slots.ts';
import { type ClickhouseWriterMetrics, createClickhouseWriterMetrics } from './metrics.ts';
import { SchemaGate } from './schema-gate.ts';
import { type MemoryShare, StreamWriter } from './stream-writer.ts';
import { TablesMigration } from './tables-migration.ts';

export interface ClickhouseWriterDeps extends ServiceDeps {
  /** Its life is the caller's: the service does not close it. */
  readonly warehouse: Warehouse;
}

/**
 * Writes each record of its topics into ClickHouse exactly once: fixed ranges of offsets, planned in the log before they
 * are inserted, with the range as deduplication token. While ClickHouse is away or slow it reads no further than its
 * memory bound, and goes on by itself afterwards.
 */
export function createClickhouseWriter(config: ClickhouseWriterConfig, deps: ClickhouseWriterDeps): Service {
  return new ClickhouseWriter(config, deps);
}

class ClickhouseWriter implements Service {
  readonly name = 'clickhouse-writer';
  readonly failure: Promise<Error>;
  readonly #config: ClickhouseWriterConfig;
  readonly #deps: ClickhouseWriterDeps;
  readonly #metrics: ClickhouseWriterMetrics;
  readonly #resolveFailure: (error: Error) => void;
  #streams: readonly StreamWriter[] = [];
  #failedWith: Error | null = null;

  constructor(config: ClickhouseWriterConfig, deps: ClickhouseWriterDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#metrics = createClickhouseWriterMetrics(deps.metrics);
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failure = promise;
    this.#resolveFailure = resolve;
  }

  /**
   * Joins the groups. A warehouse that is away does not fail the start: readiness says so until it is there.
   * @throws EventLogError `unknown_topic_or_partition` when a topic is missing.
   */
  async start(): Promise<void> {
    const { eventLog } = this.#deps;
    const deadLetterPartitions = (await eventLog.watermarks(this.#config.deadLetterTopic)).length;
    this.#streams = this.#createStreams(deadLetterPartitions);
    try {
      for (const stream of this.#streams) await stream.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.stop()));
  }

  readiness(): Readiness {
    if (this.#failedWith !== null) return { ready: false, detail: `Stopped: ${this.#failedWith.message}` };
    const problems = new Set(this.#streams.map((stream) => stream.problem).filter((problem) => problem !== null));
    if (problems.size > 0) {
      const detail = `Waiting for ClickHouse: ${[...problems].join('; ')}. Nothing is lost; it goes on by itself.`;
      return { ready: false, detail };
    }
    const absent = this.#streams.filter((stream) => !stream.joined);
    if (absent.length > 0 || this.#streams.length === 0) {
      return { ready: false, detail: `Waiting for partitions of ${this.#topics()}.` };
    }
    const partitions = this.#streams.reduce((sum, stream) => sum + stream.partitions, 0);
    return { ready: true, detail: `Writing ${partitions} partitions of ${this.#topics()} to ClickHouse.` };
  }

  #topics(): string {
    return this.#config.streams.map(({ topic }) => topic).join(', ');
  }

  #createStreams(deadLetterPartitions: number): readonly StreamWriter[] {
    const { warehouse, clock, log } = this.#deps;
    const config = this.#config;
    const slots = new InsertSlots(config.concurrency);
    const migration = new TablesMigration({ warehouse, log });
    const migrate = (): Promise<void> => (config.migrate ? migration.run() : Promise.resolve());
    const memory: MemoryShare = {
      totalBytes: () => this.#streams.reduce((sum, stream) => sum + stream.bufferedBytes, 0),
      mostBytes: config.maxBufferedBytes,
      shareBytes: config.maxBufferedBytes / config.streams.length,
    };
    const shared = {
      ...this.#deps,
      metrics: this.#metrics,
      slots,
      memory,
      deadLetterPartitions,
      // What one stream has inserted makes room for all.
      changed: () => this.#streams.forEach((stream) => stream.lookAgain()),
      failed: (error: Error) => this.#fail(error),
    };
    return config.streams.map((written) => {
      const gate = new SchemaGate(written.stream, { warehouse, migrate, clock, log });
      return new StreamWriter(written, config, { ...shared, gate });
    });
  }

  #fail(failure: Error): void {
    this.#deps.log.error({ err: failure }, 'clickhouse writer failed');
    this.#failedWith ??= failure;
    this.#resolveFailure(failure);
  }
}
