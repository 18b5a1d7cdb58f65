import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Why an insert was tried again. */
export type RetryReason = 'retryable' | 'schema' | 'row';

/** All metrics of the ClickHouse writer. A stream is what one table takes: correlated, raw or udm. */
export interface ClickhouseWriterMetrics {
  readonly rows: Counter<'stream' | 'partition'>;
  readonly bytes: Counter<'stream' | 'partition'>;
  readonly batches: Counter<'stream' | 'partition'>;
  readonly retries: Counter<'stream' | 'reason'>;
  readonly splits: Counter<'stream'>;
  readonly rejected: Counter<'stream' | 'reason'>;
  readonly insert: Histogram<'stream'>;
  readonly latency: Histogram<'stream'>;
  readonly lag: Gauge<'stream' | 'partition'>;
  readonly bufferedBytes: Gauge<'stream'>;
  readonly pausedPartitions: Gauge<'stream'>;
  readonly blocked: Gauge<'stream'>;
}

export function createClickhouseWriterMetrics(registry: Registry): ClickhouseWriterMetrics {
  const registers = [registry];
  const name = (rest: string): string => `logweave_clickhouse_writer_${rest}`;
  return {
    rows: new Counter({
      name: name('rows_inserted_total'),
      help: 'Rows that ClickHouse acknowledged, by stream and partition. Replays count again here; in the tables they do not.',
      labelNames: ['stream', 'partition'],
      registers,
    }),
    bytes: new Counter({
      name: name('inserted_bytes_total'),
      help: 'Bytes of encoded rows sent and acknowledged, by stream and partition.',
      labelNames: ['stream', 'partition'],
      registers,
    }),
    batches: new Counter({
      name: name('batches_inserted_total'),
      help: 'Inserts acknowledged, by stream and partition. More than a few a second and partition make small parts: raise outputs.clickhouse.batch.max_age_ms.',
      labelNames: ['stream', 'partition'],
      registers,
    }),
    retries: new Counter({
      name: name('retries_total'),
      help: 'Inserts that failed and are tried again. retryable: see ClickHouse (down, overloaded, read-only, disk). schema: a table or column is missing or changed, /readyz names it. row: every row is refused, /readyz says why.',
      labelNames: ['stream', 'reason'],
      registers,
    }),
    splits: new Counter({
      name: name('splits_total'),
      help: 'Ranges halved to find a row that ClickHouse refuses, or to need less memory. When it rises with no dead letters, give ClickHouse more memory or lower batch.max_bytes.',
      labelNames: ['stream'],
      registers,
    }),
    rejected: new Counter({
      name: name('dead_letters_total'),
      help: 'Records that get no row, because ClickHouse refuses it whatever is tried, or because they are no event or have no time; they are in the dead-letter topic. When not 0, look at one: its message header says what was wrong.',
      labelNames: ['stream', 'reason'],
      registers,
    }),
    insert: new Histogram({
      name: name('insert_seconds'),
      help: 'Duration of one acknowledged insert. When high, ClickHouse is overloaded or its disk slow.',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      labelNames: ['stream'],
      registers,
    }),
    latency: new Histogram({
      name: name('oldest_row_latency_seconds'),
      help: "For each insert the age of its oldest row, from the arrival of its line to the acknowledgement. When high while the lag is low, lower batch.max_age_ms or the correlator's window.",
      buckets: [0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 3600],
      labelNames: ['stream'],
      registers,
    }),
    lag: new Gauge({
      name: name('lag_records'),
      help: 'Records of the partition that are not in ClickHouse yet. When it grows, ClickHouse is slower than the input, or away.',
      labelNames: ['stream', 'partition'],
      registers,
    }),
    bufferedBytes: new Gauge({
      name: name('buffered_bytes'),
      help: 'Bytes of records held in memory. Bounded: when it stays at its bound, reading waits for ClickHouse.',
      labelNames: ['stream'],
      registers,
    }),
    pausedPartitions: new Gauge({
      name: name('paused_partitions'),
      help: 'Partitions that are not read because ClickHouse does not keep up. When it stays above 0, see insert_seconds and retries_total.',
      labelNames: ['stream'],
      registers,
    }),
    blocked: new Gauge({
      name: name('blocked'),
      help: '1 while something keeps rows from ClickHouse and only waiting or a person helps; /readyz says what.',
      labelNames: ['stream'],
      registers,
    }),
  };
}
