import { LONG_TEXT_CODEC, PLACE, type Table } from './table.ts';

export const RAW_LOGS_TABLE = 'raw_logs';

const TIME = "DateTime64(9, 'UTC')";

/** One raw log a row, as it came. */
export const RAW_LOGS: Table = {
  columns: [
    { name: 'log_type', type: 'LowCardinality(String)', note: 'which parser it is for' },
    { name: 'namespace', type: 'LowCardinality(String)', note: 'of the batch or input; empty: none' },
    { name: 'labels', type: 'Map(String, String)', note: 'of the batch or input' },
    { name: 'collection_time', type: TIME, note: 'when it was collected; without that, when it arrived' },
    { name: 'input', type: 'LowCardinality(String)', note: 'which input took it' },
    { name: 'key', type: 'String', note: 'identity of its source, byte for byte' },
    { name: 'raw', type: 'String', note: 'the log, byte for byte', codec: LONG_TEXT_CODEC },
    ...PLACE,
  ],
  // The log behind an event is asked for by its place.
  indexes: ['offsets _offset TYPE minmax GRANULARITY 1'],
  // By arrival, which the sender of a log cannot choose.
  partitionBy: 'toYYYYMMDD(_arrived_at)',
  orderBy: ['log_type', 'collection_time', '_partition', '_offset'],
  deduplicationWindow: 1_000,
};
