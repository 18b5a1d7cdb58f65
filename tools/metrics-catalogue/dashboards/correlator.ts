import { type Dashboard, NONE, of, quantile, rate, stat, timeseries } from './panel.ts';

const DECIDED = 'logweave_correlator_events_decided_total';

export const CORRELATOR: Dashboard = {
  uid: 'logweave-correlator',
  title: 'Logweave / Correlator',
  description:
    'What is joined and what is not, how far time has come, what is held in memory, and how transactions end.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Behind the wall clock, at most', 's', `max(${owned('logweave_correlator_watermark_lag_seconds')})`, {
          warnAt: 30,
          badAt: 120,
        }),
        stat('Held events', 'short', `sum(${of('logweave_correlator_held_events')})`),
        stat('Fullest partition, of 500,000', 'percentunit', `${heldOfPartition()} / 500000`, {
          warnAt: 0.5,
          badAt: 0.8,
        }),
        stat('HTTP events left alone', 'percentunit', orphanShare('A'), { warnAt: 0.1, badAt: 0.3 }),
        stat('Late events, share', 'percentunit', lateShare(), { warnAt: 0.001, badAt: 0.01 }),
        stat('Gaps', 'none', `sum(${of('logweave_correlator_gaps_total')}) or vector(0)`, NONE),
      ],
    },
    {
      title: 'What became of events',
      panels: [
        timeseries('Outcomes', 'eps', [
          { expr: `sum by (side, outcome) (${rate(DECIDED)})`, legend: '{{side}} {{outcome}}' },
        ]),
        timeseries('Orphans, by reason', 'eps', [
          {
            expr: `sum by (side, reason) (${rate(DECIDED, 'outcome=~"orphan|suppressed"')})`,
            legend: '{{side}} {{reason}}',
          },
        ]),
        timeseries('Left alone, share', 'percentunit', [
          { expr: orphanShare('A'), legend: 'A, HTTP' },
          { expr: orphanShare('B'), legend: 'B, network' },
        ]),
        timeseries('Late, and with a time too far ahead', 'eps', [
          { expr: `sum by (side) (${rate('logweave_correlator_late_events_total')})`, legend: '{{side}} late' },
          { expr: `sum by (side) (${rate('logweave_correlator_future_timestamps_total')})`, legend: '{{side}} ahead' },
        ]),
        timeseries('Conservation: what came in and is not accounted for', 'short', [
          { expr: conservation(), legend: '{{side}}' },
        ]),
        timeseries('Handed over between processes', 'eps', [
          {
            expr: `sum by (side) (${rate('logweave_correlator_events_handed_over_total')})`,
            legend: '{{side}} handed over',
          },
          {
            expr: `sum by (side) (${rate('logweave_correlator_events_taken_over_total')})`,
            legend: '{{side}} taken over',
          },
        ]),
      ],
    },
    {
      title: 'Time and backlog',
      panels: [
        timeseries('Behind the wall clock, by partition', 's', [
          {
            expr: `max by (partition) (${owned('logweave_correlator_watermark_lag_seconds')})`,
            legend: '{{partition}}',
          },
        ]),
        timeseries('Records not read, by side', 'short', [
          { expr: `sum by (side) (${ownedBySide('logweave_correlator_lag_records')})`, legend: '{{side}}' },
        ]),
        timeseries('Partitions that are idle or paused', 'none', [
          { expr: `sum by (side) (${ownedBySide('logweave_correlator_input_idle')})`, legend: '{{side}} idle' },
          { expr: `sum by (side) (${ownedBySide('logweave_correlator_input_paused')})`, legend: '{{side}} paused' },
        ]),
        timeseries('From arrival to commit', 's', [
          { expr: quantile(0.5, 'logweave_correlator_latency_seconds'), legend: 'half' },
          { expr: quantile(0.95, 'logweave_correlator_latency_seconds'), legend: '95 %' },
          { expr: quantile(0.99, 'logweave_correlator_latency_seconds'), legend: '99 %' },
        ]),
      ],
    },
    {
      title: 'Memory',
      panels: [
        timeseries('Held events', 'short', [
          { expr: `sum by (partition) (${of('logweave_correlator_held_events')})`, legend: '{{partition}}' },
        ]),
        timeseries('Held bytes', 'bytes', [
          { expr: `sum by (partition) (${of('logweave_correlator_held_bytes')})`, legend: '{{partition}}' },
        ]),
      ],
    },
    {
      title: 'Transactions',
      panels: [
        timeseries('How they ended', 'eps', [
          { expr: `sum by (outcome) (${rate('logweave_correlator_commits_total')})`, legend: '{{outcome}}' },
        ]),
        timeseries('Duration', 's', [
          { expr: quantile(0.5, 'logweave_correlator_commit_seconds'), legend: 'half' },
          { expr: quantile(0.99, 'logweave_correlator_commit_seconds'), legend: '99 %' },
        ]),
        timeseries('State built from the log, by cause', 'eps', [
          { expr: `sum by (reason) (${rate('logweave_correlator_restores_total')})`, legend: '{{reason}}' },
        ]),
        timeseries('Records read again for it', 'eps', [
          { expr: `sum by (instance) (${rate('logweave_correlator_replayed_records_total')})`, legend: '{{instance}}' },
        ]),
      ],
    },
  ],
};

/** Only of partitions that the process has: what it holds is gone from its metrics when a partition leaves it. */
function owned(gauge: string): string {
  return `${of(gauge)} and on (job, instance, partition) ${of('logweave_correlator_held_bytes')}`;
}

function ownedBySide(gauge: string): string {
  return `${of(gauge)} and on (job, instance, partition, side) ${of('logweave_correlator_held_events')}`;
}

function heldOfPartition(): string {
  return `max(sum by (instance, partition) (${of('logweave_correlator_held_events')}))`;
}

function orphanShare(side: 'A' | 'B'): string {
  const left = `sum(${rate(DECIDED, `side="${side}", outcome=~"orphan|suppressed"`)})`;
  return `${left} / sum(${rate(DECIDED, `side="${side}", outcome=~"matched|orphan|suppressed"`)})`;
}

function lateShare(): string {
  return `sum(${rate('logweave_correlator_late_events_total')}) / sum(${rate('logweave_correlator_events_read_total')})`;
}

/** Each process keeps the equation by itself; one that was killed takes its share with it. */
function conservation(): string {
  const all = (metric: string): string => `sum by (side) (${of(metric)})`;
  const more = [all('logweave_correlator_events_read_total'), all('logweave_correlator_events_taken_over_total')];
  const less = [
    all('logweave_correlator_events_decided_total'),
    `(${all('logweave_correlator_events_handed_over_total')} or 0 * ${more[0]})`,
    all('logweave_correlator_held_events'),
  ];
  return `${more.join(' + ')} - ${less.join(' - ')}`;
}
