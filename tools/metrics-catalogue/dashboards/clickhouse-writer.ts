import { type Dashboard, NONE, of, quantile, rate, stat, timeseries } from './panel.ts';

const PREFIX = 'logweave_clickhouse_writer_';

export const CLICKHOUSE_WRITER: Dashboard = {
  uid: 'logweave-clickhouse-writer',
  title: 'Logweave / ClickHouse writer',
  description: 'Rows, inserts and how long they take, what ClickHouse refuses, and what waits for it.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Streams blocked', 'none', `sum(${of(`${PREFIX}blocked`)}) or vector(0)`, NONE),
        stat('Rows, a second', 'eps', `sum(${rate(`${PREFIX}rows_inserted_total`)})`),
        stat('Rows an insert', 'short', `${sumRate('rows_inserted_total')} / ${sumRate('batches_inserted_total')}`),
        stat('Records behind', 'short', `sum(${of(`${PREFIX}lag_records`)})`),
        stat('Oldest row, 95th percentile', 's', quantile(0.95, `${PREFIX}oldest_row_latency_seconds`), {
          warnAt: 30,
          badAt: 300,
        }),
        stat('Dead letters', 'none', `sum(${of(`${PREFIX}dead_letters_total`)}) or vector(0)`, NONE),
      ],
    },
    {
      title: 'Inserts',
      panels: [
        timeseries('Rows', 'eps', [byStream('rows_inserted_total')]),
        timeseries('Bytes', 'Bps', [byStream('inserted_bytes_total')]),
        timeseries('Inserts', 'eps', [byStream('batches_inserted_total')]),
        timeseries('Duration of an insert', 's', [
          { expr: quantile(0.5, `${PREFIX}insert_seconds`, ['stream']), legend: '{{stream}} half' },
          { expr: quantile(0.95, `${PREFIX}insert_seconds`, ['stream']), legend: '{{stream}} 95 %' },
        ]),
        timeseries('Age of the oldest row of an insert', 's', [
          { expr: quantile(0.5, `${PREFIX}oldest_row_latency_seconds`, ['stream']), legend: '{{stream}} half' },
          { expr: quantile(0.95, `${PREFIX}oldest_row_latency_seconds`, ['stream']), legend: '{{stream}} 95 %' },
        ]),
        timeseries('Records not in ClickHouse', 'short', [
          { expr: `sum by (stream) (${of(`${PREFIX}lag_records`)})`, legend: '{{stream}}' },
        ]),
      ],
    },
    {
      title: 'Trouble',
      panels: [
        timeseries('Inserts tried again, by reason', 'eps', [
          {
            expr: `sum by (stream, reason) (${rate(`${PREFIX}retries_total`)})`,
            legend: '{{stream}} {{reason}}',
          },
        ]),
        timeseries('Ranges halved', 'eps', [byStream('splits_total')]),
        timeseries('Dead letters, by reason', 'eps', [
          {
            expr: `sum by (stream, reason) (${rate(`${PREFIX}dead_letters_total`)})`,
            legend: '{{stream}} {{reason}}',
          },
        ]),
        timeseries('Blocked, and partitions that are not read', 'none', [
          { expr: `max by (stream) (${of(`${PREFIX}blocked`)})`, legend: '{{stream}} blocked' },
          { expr: `sum by (stream) (${of(`${PREFIX}paused_partitions`)})`, legend: '{{stream}} paused partitions' },
        ]),
        timeseries('Held in memory', 'bytes', [
          {
            expr: `sum by (instance, stream) (${of(`${PREFIX}buffered_bytes`)})`,
            legend: '{{instance}} {{stream}}',
          },
        ]),
      ],
    },
  ],
};

function sumRate(counter: string): string {
  return `sum(${rate(PREFIX + counter)})`;
}

function byStream(counter: string) {
  return { expr: `sum by (stream) (${rate(PREFIX + counter)})`, legend: '{{stream}}' };
}
