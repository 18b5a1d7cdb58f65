import { MemoryCluster, type MemoryEventLog } from '@logweave/event-log/memory';
import { TOPICS, VirtualClock } from '@logweave/model';
import type { Service } from '@logweave/service-kit';
import { STREAM_TABLES, type Stream, type TableRole, type Warehouse } from '@logweave/warehouse';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createClickhouseWriter } from '../clickhouse-writer.ts';
import type { ClickhouseWriterConfig } from '../config.ts';
import { FakeWarehouse } from './fake-warehouse.ts';

export const TOPIC = 'logweave.correlated';
const DEAD_LETTER = 'logweave.dead-letter';
export const GROUP = 'logweave.clickhouse-writer';

const CONFIG: Omit<ClickhouseWriterConfig, 'streams'> = {
  deadLetterTopic: DEAD_LETTER,
  maxRows: 10,
  maxBytes: 1_000_000,
  maxAgeMs: 1_000,
  maxBufferedBytes: 100_000,
  concurrency: 1,
  migrate: true,
  drainMs: 5_000,
};

/** A writer between a log and a warehouse in memory, on a clock that is advanced. It can be killed and started again. */
export class SimulatedWriter {
  readonly clock = new VirtualClock();
  readonly cluster = new MemoryCluster({ clock: this.clock, transactionMarkers: true });
  readonly warehouse = new FakeWarehouse();
  readonly logLines: string[] = [];
  metrics = new Registry();
  service!: Service;
  readonly #stream: Stream;
  readonly #topic: string;
  readonly #config: ClickhouseWriterConfig;
  readonly #producer: MemoryEventLog;
  #log!: MemoryEventLog;
  #alive = { yes: false };
  #appended = 0;

  constructor(config: Partial<ClickhouseWriterConfig> = {}, partitions = 2, stream: Stream = 'correlated') {
    this.#stream = stream;
    this.#topic = `logweave.${stream}`;
    this.#config = { ...CONFIG, streams: [{ stream, topic: this.#topic, group: GROUP }], ...config };
    this.cluster.ensureTopic({ name: this.#topic, ...TOPICS[stream], partitions });
    this.cluster.ensureTopic({ name: DEAD_LETTER, ...TOPICS['dead-letter'] });
    this.#producer = this.cluster.connect();
  }

  async start(): Promise<void> {
    const alive = { yes: true };
    this.#alive = alive;
    this.#log = this.cluster.connect();
    this.metrics = new Registry();
    const stream = { write: (line: string): void => void this.logLines.push(line) };
    this.service = createClickhouseWriter(this.#config, {
      eventLog: this.#log,
      clock: this.clock,
      log: pino({ level: 'debug' }, stream),
      metrics: this.metrics,
      warehouse: this.warehouse.connect(() => alive.yes) as Warehouse,
    });
    const started = this.service.start();
    await this.clock.advance(1);
    await started;
  }

  /** As kill -9 does: no call of this process arrives or returns any more. */
  async kill(): Promise<void> {
    this.#alive.yes = false;
    await this.#log.crash();
  }

  async stop(): Promise<void> {
    const stopped = this.service.stop();
    await this.clock.advance(10_000);
    await stopped;
  }

  /** Appends records, as values or by count. */
  async append(partition: number, values: number | readonly string[]): Promise<void> {
    const texts = typeof values === 'number' ? Array.from({ length: values }, () => `row ${this.#appended++}`) : values;
    const records = texts.map((text) => ({
      key: Buffer.from(`key of ${text}`),
      value: Buffer.from(text),
      headers: [],
      timestampMs: this.clock.wallMs(),
    }));
    const producer = await this.#producer.producer();
    await producer.append([{ topic: this.#topic, partition, records }]);
    await producer.close();
  }

  /** What is in the topic, as text by offset. */
  expected(): string[] {
    return this.cluster.records(this.#topic).map((record) => String(record.value));
  }

  /** Values of a table, by default the one where rows arrive, in the order of partitions and offsets. */
  written(table: TableRole = STREAM_TABLES[this.#stream].arrive): string[] {
    const rows = this.warehouse[table].toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
    return rows.map((row) => row.value);
  }

  deadLetters(): string[] {
    return this.cluster.records(DEAD_LETTER).map((record) => String(record.value));
  }

  async lag(): Promise<number> {
    const topic = this.#topic;
    const watermarks = await this.#producer.watermarks(topic);
    const partitions = watermarks.map((_, partition) => ({ topic, partition }));
    const committed = await this.#producer.committed(GROUP, partitions);
    return watermarks.reduce((sum, { stable }, i) => sum + stable - (committed[i]?.offset ?? 0), 0);
  }

  /** Lets everything run that time can bring about. */
  settle(): Promise<void> {
    return this.clock.advance(60_000);
  }
}
