import { type Dashboard, NONE, of, quantile, rate, stat, timeseries } from './panel.ts';

export const OVERVIEW: Dashboard = {
  uid: 'logweave-overview',
  title: 'Logweave / Overview',
  description: 'Whether logs come in, are joined, parsed and stored, and what is behind. Look here first.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Services not ready', 'none', `count(${of('logweave_service_ready')} == 0) or vector(0)`, NONE),
        stat('Lines in, a second', 'eps', `sum(${rate('logweave_ingest_lines_total')})`),
        stat('Joined, share of HTTP events', 'percentunit', joinedShare(), { low: true, warnAt: 0.9, badAt: 0.7 }),
        stat('Rows into ClickHouse, a second', 'eps', `sum(${rate('logweave_clickhouse_writer_rows_inserted_total')})`),
        stat('Dead letters, last hour', 'none', deadLettersLastHour(), { warnAt: 1, badAt: 1000 }),
        stat('Longest backlog', 's', `max(${of('logweave:lag_seconds')})`, { warnAt: 60, badAt: 300 }),
      ],
    },
    {
      title: 'Flow',
      panels: [
        timeseries('Lines in, by source', 'eps', [
          { expr: `sum by (socket) (${rate('logweave_ingest_lines_total')})`, legend: '{{socket}}' },
        ]),
        timeseries(
          'What became of events',
          'eps',
          [
            {
              expr: `sum by (side, outcome) (${rate('logweave_correlator_events_decided_total')})`,
              legend: '{{side}} {{outcome}}',
            },
          ],
          { stacked: true },
        ),
        timeseries('Raw logs parsed, by outcome', 'eps', [
          { expr: `sum by (outcome) (${rate('logweave_parser_logs_total')})`, legend: '{{outcome}}' },
        ]),
        timeseries('Written', 'eps', [
          {
            expr: `sum by (stream) (${rate('logweave_clickhouse_writer_rows_inserted_total')})`,
            legend: 'ClickHouse {{stream}}',
          },
          { expr: `sum(${rate('logweave_file_writer_records_written_total')})`, legend: 'file' },
        ]),
      ],
    },
    {
      title: 'Time',
      panels: [
        timeseries('Since the last line of a source', 's', [
          { expr: of('logweave:source_silence_seconds'), legend: '{{socket}}' },
        ]),
        timeseries('From arrival to the end of each step, 95th percentile', 's', [
          { expr: quantile(0.95, 'logweave_correlator_latency_seconds'), legend: 'joined' },
          { expr: quantile(0.95, 'logweave_parser_latency_seconds', ['input']), legend: 'parsed {{input}}' },
          {
            expr: quantile(0.95, 'logweave_clickhouse_writer_oldest_row_latency_seconds', ['stream']),
            legend: 'in ClickHouse {{stream}}',
          },
        ]),
      ],
    },
    {
      title: 'Processes',
      panels: [
        timeseries('Ready', 'none', [
          { expr: `min by (instance, service) (${of('logweave_service_ready')})`, legend: '{{instance}} {{service}}' },
        ]),
        timeseries('Memory', 'bytes', [{ expr: of('process_resident_memory_bytes'), legend: '{{instance}}' }]),
        timeseries('Processor, cores', 'short', [{ expr: rate('process_cpu_seconds_total'), legend: '{{instance}}' }]),
        timeseries('Event loop delay, 99th percentile', 's', [
          { expr: of('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}}' },
        ]),
      ],
    },
  ],
};

function joinedShare(): string {
  const decided = 'logweave_correlator_events_decided_total';
  const matched = `sum(${rate(decided, 'side="A", outcome="matched"')})`;
  return `${matched} / sum(${rate(decided, 'side="A", outcome=~"matched|orphan|suppressed"')})`;
}

function deadLettersLastHour(): string {
  const hour = (counter: string, matchers = ''): string => `(sum(increase(${of(counter, matchers)}[1h])) or vector(0))`;
  return [
    hour('logweave_ingest_dead_letters_total'),
    hour('logweave_correlator_events_decided_total', 'outcome="dead_letter"'),
    hour('logweave_parser_logs_total', 'outcome="dead_letter"'),
    hour('logweave_clickhouse_writer_dead_letters_total'),
  ].join(' + ');
}
