import { type Dashboard, NONE, of, rate, stat, timeseries } from './panel.ts';

export const INGESTOR: Dashboard = {
  uid: 'logweave-ingestor',
  title: 'Logweave / Socket ingestor',
  description:
    'What senders bring, what is refused or lost, and what waits for the event log in memory and in the spool.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('In the spool', 'bytes', `sum(${of('logweave_ingest_spool_bytes')})`, { warnAt: 1, badAt: 3_221_225_472 }),
        stat(
          'Senders blocked, share of time',
          'percentunit',
          `max(${rate('logweave_ingest_backpressure_seconds_total')})`,
          {
            warnAt: 0.05,
            badAt: 0.5,
          },
        ),
        stat('Datagrams lost, last hour', 'none', lastHour('logweave_ingest_datagrams_lost_total'), NONE),
        stat('Dead letters, last hour', 'none', lastHour('logweave_ingest_dead_letters_total'), NONE),
        stat('Damaged places of the spool', 'none', `sum(${of('logweave_ingest_spool_damaged_places_total')})`, {
          warnAt: 1,
          badAt: 2,
        }),
        stat('Not yet acknowledged', 'bytes', `max(${of('logweave_ingest_in_flight_bytes')})`),
      ],
    },
    {
      title: 'Sources',
      panels: [
        by('Lines', 'eps', 'logweave_ingest_lines_total', ['socket']),
        by('Bytes', 'Bps', 'logweave_ingest_bytes_total', ['socket']),
        timeseries('Since the last line', 's', [{ expr: of('logweave:source_silence_seconds'), legend: '{{socket}}' }]),
        by('Times too far ahead', 'eps', 'logweave_ingest_future_timestamps_total', ['socket']),
        by('Dead letters, by reason', 'eps', 'logweave_ingest_dead_letters_total', ['socket', 'reason']),
        by('Datagrams lost, by reason', 'eps', 'logweave_ingest_datagrams_lost_total', ['socket', 'reason']),
      ],
    },
    {
      title: 'The way to the event log',
      panels: [
        timeseries('Records acknowledged, and put into the spool', 'eps', [
          { expr: `sum(${rate('logweave_ingest_appended_records_total')})`, legend: 'acknowledged' },
          { expr: `sum(${rate('logweave_ingest_spooled_records_total')})`, legend: 'into the spool' },
        ]),
        timeseries('Waiting', 'bytes', [
          { expr: of('logweave_ingest_spool_bytes'), legend: '{{instance}} spool' },
          { expr: of('logweave_ingest_in_flight_bytes'), legend: '{{instance}} memory' },
          { expr: of('logweave_ingest_file_unread_bytes'), legend: '{{instance}} file {{socket}}' },
        ]),
        timeseries('Sockets not read, share of time', 'percentunit', [
          { expr: rate('logweave_ingest_backpressure_seconds_total'), legend: '{{instance}}' },
        ]),
        timeseries('Spool', 'eps', [
          { expr: `sum(${rate('logweave_ingest_spool_found_in_log_total')})`, legend: 'found in the log' },
          { expr: `sum(${rate('logweave_ingest_spool_damaged_bytes_total')})`, legend: 'damaged bytes' },
        ]),
      ],
    },
    {
      title: 'Connections and files',
      panels: [
        timeseries('Connections', 'none', [
          {
            expr: `sum by (socket, state) (${of('logweave_ingest_connections_count')})`,
            legend: '{{socket}} {{state}}',
          },
        ]),
        timeseries('Accepted, refused, closed as idle', 'eps', [
          {
            expr: `sum by (socket) (${rate('logweave_ingest_connections_accepted_total')})`,
            legend: '{{socket}} accepted',
          },
          {
            expr: `sum by (socket) (${rate('logweave_ingest_connections_refused_total')})`,
            legend: '{{socket}} refused',
          },
          { expr: `sum by (socket) (${rate('logweave_ingest_connections_idle_total')})`, legend: '{{socket}} idle' },
        ]),
        timeseries('TLS', 'eps', [
          {
            expr: `sum by (socket, reason) (${rate('logweave_ingest_tls_failures_total')})`,
            legend: '{{socket}} failed: {{reason}}',
          },
          {
            expr: `sum by (socket) (${rate('logweave_ingest_certificates_loaded_total')})`,
            legend: '{{socket}} certificate read',
          },
        ]),
        timeseries('Files rotated or lost, sockets made anew', 'eps', [
          {
            expr: `sum by (socket, change) (${rate('logweave_ingest_file_changes_total')})`,
            legend: '{{socket}} {{change}}',
          },
          {
            expr: `sum by (socket) (${rate('logweave_ingest_sockets_reopened_total')})`,
            legend: '{{socket}} reopened',
          },
        ]),
      ],
    },
  ],
};

function lastHour(counter: string): string {
  return `sum(increase(${of(counter)}[1h])) or vector(0)`;
}

function by(title: string, unit: 'eps' | 'Bps', counter: string, labels: readonly string[]) {
  const legend = labels.map((label) => `{{${label}}}`).join(' ');
  return timeseries(title, unit, [{ expr: `sum by (${labels.join(', ')}) (${rate(counter)})`, legend }]);
}
