import { type Dashboard, NONE, of, quantile, rate, stat, timeseries } from './panel.ts';

const LOGS = 'logweave_parser_logs_total';

export const PARSER: Dashboard = {
  uid: 'logweave-parser',
  title: 'Logweave / Parser',
  description: 'What becomes of logs, by type and parser version; parsers on trial, rolled back or held.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Log types held', 'none', `sum(max by (log_type) (${of('logweave_parser_held')})) or vector(0)`, NONE),
        stat('Parsers on trial', 'none', `sum(max by (log_type) (${of('logweave_parser_trial')})) or vector(0)`),
        stat('Rollbacks', 'none', `sum(${of('logweave_parser_rollbacks_total')}) or vector(0)`, NONE),
        stat(
          'Failed, share of logs',
          'percentunit',
          `sum(${rate(LOGS, 'outcome="dead_letter"')}) / sum(${rate(LOGS)})`,
          {
            warnAt: 0.001,
            badAt: 0.05,
          },
        ),
        stat('Threads lost', 'none', `sum(${of('logweave_parser_threads_lost_total')})`, NONE),
        stat('Gaps', 'none', `sum(${of('logweave_parser_gaps_total')}) or vector(0)`, NONE),
      ],
    },
    {
      title: 'Logs',
      panels: [
        timeseries('By type', 'eps', [{ expr: `sum by (log_type) (${rate(LOGS)})`, legend: '{{log_type}}' }]),
        timeseries('By outcome', 'eps', [{ expr: `sum by (outcome) (${rate(LOGS)})`, legend: '{{outcome}}' }]),
        timeseries('Dead letters', 'eps', [
          {
            expr: `sum by (log_type, version, reason) (${rate(LOGS, 'outcome="dead_letter"')})`,
            legend: '{{log_type}} {{version}} {{reason}}',
          },
        ]),
        timeseries('Dropped by parsers', 'eps', [
          {
            expr: `sum by (log_type, reason) (${rate(LOGS, 'outcome="dropped"')})`,
            legend: '{{log_type}} {{reason}}',
          },
        ]),
        timeseries('Events', 'eps', [
          {
            expr: `sum by (log_type, version) (${rate('logweave_parser_events_total')})`,
            legend: '{{log_type}} {{version}}',
          },
        ]),
        timeseries('Fields that have a value, share of events', 'percentunit', [
          {
            expr:
              `sum by (log_type, field) (${rate('logweave_parser_filled_fields_total')}) / on (log_type) ` +
              `group_left () sum by (log_type) (${rate('logweave_parser_events_total')})`,
            legend: '{{log_type}} {{field}}',
          },
        ]),
      ],
    },
    {
      title: 'Work',
      panels: [
        timeseries('Time for a log, 99th percentile', 's', [
          { expr: quantile(0.99, 'logweave_parser_parse_seconds', ['log_type']), legend: '{{log_type}}' },
        ]),
        timeseries('From arrival to commit, 95th percentile', 's', [
          { expr: quantile(0.95, 'logweave_parser_latency_seconds', ['input']), legend: '{{input}}' },
        ]),
        timeseries('Records not read', 'short', [
          { expr: `sum by (input) (${of('logweave_parser_lag_records')})`, legend: '{{input}}' },
        ]),
        timeseries('Transactions', 'eps', [
          {
            expr: `sum by (input, outcome) (${rate('logweave_parser_commits_total')})`,
            legend: '{{input}} {{outcome}}',
          },
        ]),
        timeseries('Duration of a transaction, 99th percentile', 's', [
          { expr: quantile(0.99, 'logweave_parser_commit_seconds', ['input']), legend: '{{input}}' },
        ]),
        timeseries('Partitions begun, by cause', 'eps', [
          {
            expr: `sum by (input, reason) (${rate('logweave_parser_restores_total')})`,
            legend: '{{input}} {{reason}}',
          },
        ]),
        timeseries('Held, on trial', 'none', [
          { expr: `max by (log_type) (${of('logweave_parser_held')})`, legend: '{{log_type}} held' },
          { expr: `max by (log_type) (${of('logweave_parser_trial')})`, legend: '{{log_type}} on trial' },
        ]),
        timeseries('Records of topic parsers that cannot be read', 'eps', [
          { expr: `sum(${rate('logweave_parser_registry_problems_total')})`, legend: 'passed over' },
        ]),
      ],
    },
  ],
};
