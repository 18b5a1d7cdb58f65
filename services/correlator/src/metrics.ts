import type { Correlation } from '@logweave/correlation';
import { type Side, SIDES } from '@logweave/model';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * All metrics of the correlator. The first five keep an equation, per partition and side, at every moment:
 * events_read + events_taken_over = events_decided + events_handed_over + held_events. They move when a transaction has
 * committed, so that what is thrown away and done again counts once.
 */
export interface CorrelatorMetrics {
  readonly read: Counter<'partition' | 'side'>;
  readonly takenOver: Counter<'partition' | 'side'>;
  readonly decided: Counter<'partition' | 'side' | 'outcome' | 'reason'>;
  readonly handedOver: Counter<'partition' | 'side'>;
  readonly held: Gauge<'partition' | 'side'>;
  readonly heldBytes: Gauge<'partition'>;
  readonly late: Counter<'partition' | 'side'>;
  readonly futureTimestamps: Counter<'partition' | 'side'>;
  readonly watermarkLag: Gauge<'partition'>;
  readonly lag: Gauge<'partition' | 'side'>;
  readonly idle: Gauge<'partition' | 'side'>;
  readonly paused: Gauge<'partition' | 'side'>;
  readonly commits: Counter<'outcome'>;
  readonly commitSeconds: Histogram;
  readonly restores: Counter<'reason'>;
  readonly replayed: Counter<'partition'>;
  readonly latency: Histogram;
  readonly gaps: Counter<'partition' | 'side'>;
}

export function createCorrelatorMetrics(registry: Registry): CorrelatorMetrics {
  const registers = [registry];
  const partitionAndSide = ['partition', 'side'] as const;
  return {
    read: new Counter({
      name: 'logweave_correlator_events_read_total',
      help: 'Events taken from the input topics, dead letters among them. When it stands still while lag grows, see paused and commits.',
      labelNames: partitionAndSide,
      registers,
    }),
    takenOver: new Counter({
      name: 'logweave_correlator_events_taken_over_total',
      help: 'Undecided events of a predecessor, or of this process before a failed commit. Nothing to do.',
      labelNames: partitionAndSide,
      registers,
    }),
    decided: new Counter({
      name: 'logweave_correlator_events_decided_total',
      help: 'What became of the events, each exactly one: matched, orphan, suppressed, filtered or dead_letter. Many orphans with reason late or source_silent: raise lateness_ms or see why a source lags.',
      labelNames: [...partitionAndSide, 'outcome', 'reason'],
      registers,
    }),
    handedOver: new Counter({
      name: 'logweave_correlator_events_handed_over_total',
      help: 'Undecided events of tasks that left this process, or whose memory was thrown away; whoever restores them takes them over. Nothing to do.',
      labelNames: partitionAndSide,
      registers,
    }),
    held: new Gauge({
      name: 'logweave_correlator_held_events',
      help: 'Events that wait for a partner. When near correlation.limits.max_held_events, one source is behind or the window is long for the rate.',
      labelNames: partitionAndSide,
      registers,
    }),
    heldBytes: new Gauge({
      name: 'logweave_correlator_held_bytes',
      help: 'Bytes of events that are held, connections that are kept among them. See correlation.limits.max_held_bytes.',
      labelNames: ['partition'],
      registers,
    }),
    late: new Counter({
      name: 'logweave_correlator_late_events_total',
      help: 'Events that came below the watermark. When it rises, raise correlation.lateness_ms or mend the clock of the source.',
      labelNames: partitionAndSide,
      registers,
    }),
    futureTimestamps: new Counter({
      name: 'logweave_correlator_future_timestamps_total',
      help: 'Events whose time was further ahead than correlation.max_future_skew_s; their arrival was taken instead. Set the clock of the source.',
      labelNames: partitionAndSide,
      registers,
    }),
    watermarkLag: new Gauge({
      name: 'logweave_correlator_watermark_lag_seconds',
      help: 'How far the time of a task is behind the wall clock. When it grows, a source lags or its clock is behind.',
      labelNames: ['partition'],
      registers,
    }),
    lag: new Gauge({
      name: 'logweave_correlator_lag_records',
      help: 'Records of an input that have not been read. When it grows, add correlators, or see commits.',
      labelNames: partitionAndSide,
      registers,
    }),
    idle: new Gauge({
      name: 'logweave_correlator_input_idle',
      help: '1 while an input sends nothing and does not hold the other back. When it should send, see its ingestor.',
      labelNames: partitionAndSide,
      registers,
    }),
    paused: new Gauge({
      name: 'logweave_correlator_input_paused',
      help: '1 while an input waits for the other one, or for room. For long: the other input is far behind.',
      labelNames: partitionAndSide,
      registers,
    }),
    commits: new Counter({
      name: 'logweave_correlator_commits_total',
      help: 'Transactions by how they ended. Anything but committed is done again; when it is frequent, see the event log.',
      labelNames: ['outcome'],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'logweave_correlator_commit_seconds',
      help: 'Duration of a transaction. When high, the disk of the event log is slow.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers,
    }),
    restores: new Counter({
      name: 'logweave_correlator_restores_total',
      help: 'How often the state of a task was built from the log, by cause. Frequent without deployments: see commits and the log.',
      labelNames: ['reason'],
      registers,
    }),
    replayed: new Counter({
      name: 'logweave_correlator_replayed_records_total',
      help: 'Input records read again to build state. High per restore: lower correlation.replay_span_s.',
      labelNames: ['partition'],
      registers,
    }),
    latency: new Histogram({
      name: 'logweave_correlator_latency_seconds',
      help: 'From the arrival of an event to the commit of its record; one record of each transaction. When above window and lateness, see watermark_lag.',
      buckets: [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300],
      registers,
    }),
    gaps: new Counter({
      name: 'logweave_correlator_gaps_total',
      help: 'Tasks that could not start because retention removed records they need. Not 0: logs were lost; raise retention and see the log line for how to go on.',
      labelNames: partitionAndSide,
      registers,
    }),
  };
}

/** The counters of a task at one moment, to be published when the transaction that belongs to them has committed. */
export interface CountSnapshot {
  readonly sides: readonly [SideSnapshot, SideSnapshot];
  readonly heldBytes: number;
}

interface SideSnapshot {
  readonly read: number;
  readonly late: number;
  readonly futureTimestamps: number;
  readonly held: number;
  /** By `outcome reason`. */
  readonly decided: ReadonlyMap<string, number>;
}

export function takeSnapshot(correlation: Correlation): CountSnapshot {
  const side = (index: 0 | 1): SideSnapshot => {
    const counts = correlation.counts[index];
    const decided = new Map<string, number>([['matched ', counts.matched]]);
    for (const [outcome, reasons] of [
      ['orphan', counts.orphans],
      ['suppressed', counts.suppressed],
      ['filtered', counts.filtered],
      ['dead_letter', counts.deadLetters],
    ] as const) {
      for (const [reason, count] of Object.entries(reasons)) if (count > 0) decided.set(`${outcome} ${reason}`, count);
    }
    const { read, late, futureTimestamps } = counts;
    return { read, late, futureTimestamps, held: correlation.held(index), decided };
  };
  return { sides: [side(0), side(1)], heldBytes: correlation.heldBytes };
}

/** Publishes one task's counters, by differences between what was committed. */
export class TaskMeter {
  readonly #metrics: CorrelatorMetrics;
  readonly #partition: string;
  #last: CountSnapshot;

  /** `restored`: the state the task begins with. */
  constructor(metrics: CorrelatorMetrics, partition: number, restored: CountSnapshot) {
    this.#metrics = metrics;
    this.#partition = String(partition);
    this.#last = restored;
    this.#each((labels, now) => metrics.takenOver.inc(labels, now.held));
    this.#gauges(restored);
  }

  committed(snapshot: CountSnapshot): void {
    const last = this.#last;
    this.#last = snapshot;
    const { metrics } = { metrics: this.#metrics };
    this.#each((labels, now, index) => {
      const before = last.sides[index];
      metrics.read.inc(labels, now.read - before.read);
      metrics.late.inc(labels, now.late - before.late);
      metrics.futureTimestamps.inc(labels, now.futureTimestamps - before.futureTimestamps);
      for (const [key, count] of now.decided) {
        const more = count - (before.decided.get(key) ?? 0);
        const [outcome = '', reason = ''] = key.split(' ');
        if (more > 0) metrics.decided.inc({ ...labels, outcome, reason }, more);
      }
    });
    this.#gauges(snapshot);
  }

  /** The task leaves: what it held is somebody else's. */
  released(): void {
    this.#each((labels, now) => this.#metrics.handedOver.inc(labels, now.held));
    const { held, heldBytes, lag, idle, paused, watermarkLag } = this.#metrics;
    // A gauge that stays would say for ever what was true when the task left.
    this.#each((labels) => {
      for (const gauge of [held, lag, idle, paused]) gauge.remove(labels);
    });
    for (const gauge of [heldBytes, watermarkLag]) gauge.remove({ partition: this.#partition });
  }

  #gauges(snapshot: CountSnapshot): void {
    this.#each((labels, now) => this.#metrics.held.set(labels, now.held));
    this.#metrics.heldBytes.set({ partition: this.#partition }, snapshot.heldBytes);
  }

  #each(run: (labels: { partition: string; side: Side }, now: SideSnapshot, index: 0 | 1) => void): void {
    for (const index of [0, 1] as const) {
      run({ partition: this.#partition, side: SIDES[index] as Side }, this.#last.sides[index], index);
    }
  }
}
