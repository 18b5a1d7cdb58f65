import { MemoryCluster, type MemoryEventLog } from '@logweave/event-log/memory';
import { TOPICS, VirtualClock } from '@logweave/model';
import type { Service } from '@logweave/service-kit';
import { STREAM_TABLES, type Stream, type TableRole, type Warehouse } from '@logweave/warehouse';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createClickhouseWriter } from '../clickhouse-writer.ts';
import type { ClickhouseWriterConfig, WrittenStream } from '../config.ts';
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

const topicOf = (stream: Stream): string => `logweave.${stream}`;

/** A writer between a log and a warehouse in memory, on a clock that is advanced. It can be killed and started again. */
export class SimulatedWriter {
  readonly clock = new VirtualClock();
  readonly cluster = new MemoryCluster({ clock: this.clock, transactionMarkers: true });
  readonly warehouse = new FakeWarehouse();
  readonly logLines: string[] = [];
  metrics = new Registry();
  service!: Service;
  readonly #stream: Stream;
  #config: ClickhouseWriterConfig;
  readonly #producer: MemoryEventLog;
  #log!: MemoryEventLog;
  #alive = { yes: false };
  #appended = 0;

  /** @param streams what is written, the first of them where nothing else is said. */
  constructor(config: Partial<ClickhouseWriterConfig> = {}, partitions = 2, ...streams: readonly Stream[]) {
    const written: readonly Stream[] = streams.length === 0 ? ['correlated'] : streams;
    this.#stream = written[0] as Stream;
    this.#config = {
      ...CONFIG,
      streams: written.map((stream, i) => ({
        stream,
        topic: topicOf(stream),
        group: i === 0 ? GROUP : `${GROUP}-${stream}`,
      })),
      ...config,
    };
    for (const stream of written) this.cluster.ensureTopic({ name: topicOf(stream), ...TOPICS[stream], partitions });
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
    await Promise.all([this.service.start(), this.clock.advance(1)]);
  }

  /** From the next start on. */
  alsoWrite(stream: WrittenStream): void {
    this.#config = { ...this.#config, streams: [...this.#config.streams, stream] };
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
  async append(partition: number, values: number | readonly string[], stream = this.#stream): Promise<void> {
    const texts = typeof values === 'number' ? Array.from({ length: values }, () => `row ${this.#appended++}`) : values;
    const records = texts.map((text) => ({
      key: Buffer.from(`key of ${text}`),
      value: Buffer.from(text),
      headers: [],
      timestampMs: this.clock.wallMs(),
    }));
    const producer = await this.#producer.producer();
    await producer.append([{ topic: topicOf(stream), partition, records }]);
    await producer.close();
  }

  /** What is in the topic, as text by offset. */
  expected(): string[] {
    return this.cluster.records(topicOf(this.#stream)).map((record) => String(record.value));
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
    const topic = topicOf(this.#stream);
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
