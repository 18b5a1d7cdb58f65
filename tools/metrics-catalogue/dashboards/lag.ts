import { type Dashboard, of, rate, stat, timeseries } from './panel.ts';

export const LAG: Dashboard = {
  uid: 'logweave-lag',
  title: 'Logweave / Lag of the topics',
  description:
    'What each service has not read yet of its topics, in records and in the seconds that it needs for them at the ' +
    'speed of the last five minutes, and where one partition is behind the others.',
  rows: [
    {
      title: 'Everybody',
      panels: [
        stat('Correlator', 's', seconds('correlator'), { warnAt: 60, badAt: 300 }),
        stat('Parser', 's', seconds('parser'), { warnAt: 60, badAt: 300 }),
        stat('ClickHouse writer', 's', seconds('clickhouse-writer'), { warnAt: 60, badAt: 300 }),
        stat('File writer', 's', seconds('file-writer'), { warnAt: 60, badAt: 300 }),
        timeseries('Records', 'short', [
          { expr: of('logweave:lag_records'), legend: '{{consumer}} {{side}}{{input}}{{stream}}' },
        ]),
        timeseries('Seconds', 's', [{ expr: of('logweave:lag_seconds'), legend: '{{consumer}} {{side}}{{stream}}' }]),
      ],
    },
    {
      title: 'By partition',
      panels: [
        timeseries('Correlator', 'short', [
          {
            expr:
              `max by (side, partition) (${of('logweave_correlator_lag_records')} and on (job, instance, partition, side) ` +
              `${of('logweave_correlator_held_events')})`,
            legend: '{{side}} {{partition}}',
          },
        ]),
        timeseries('Parser', 'short', [
          {
            expr: `max by (input, partition) (${of('logweave_parser_lag_records')})`,
            legend: '{{input}} {{partition}}',
          },
        ]),
        timeseries('ClickHouse writer', 'short', [
          {
            expr: `max by (stream, partition) (${of('logweave_clickhouse_writer_lag_records')})`,
            legend: '{{stream}} {{partition}}',
          },
        ]),
        timeseries('File writer', 'short', [
          { expr: `max by (partition) (${of('logweave_file_writer_lag_records')})`, legend: '{{partition}}' },
        ]),
      ],
    },
    {
      title: 'Speed',
      panels: [
        timeseries('Read by the correlator, by partition', 'eps', [
          {
            expr: `sum by (partition) (${rate('logweave_correlator_events_read_total')})`,
            legend: '{{partition}}',
          },
        ]),
        timeseries('Written to ClickHouse, by partition', 'eps', [
          {
            expr: `sum by (partition) (${rate('logweave_clickhouse_writer_rows_inserted_total')})`,
            legend: '{{partition}}',
          },
        ]),
      ],
    },
  ],
};

function seconds(consumer: string): string {
  return `max(${of('logweave:lag_seconds', `consumer="${consumer}"`)})`;
}
