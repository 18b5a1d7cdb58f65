import type { ParserMetrics } from './metrics.ts';
import type { DecidedOutcome } from './pending-output.ts';
import { WATCHED_FIELDS } from './watched-fields.ts';

interface LogCount {
  readonly labels: { log_type: string; version: string; outcome: string; reason: string };
  count: number;
}

interface EventCount {
  readonly labels: { log_type: string; version: string };
  events: number;
  /** As `WATCHED_FIELDS`. */
  readonly filled: number[];
}

/** Counts outcomes that are not committed yet, for metrics. */
export class OutcomeTally {
  readonly #logs = new Map<string, LogCount>();
  readonly #events = new Map<string, EventCount>();

  add(outcome: DecidedOutcome): void {
    const logType = outcome.serving?.logType ?? 'other';
    const { kind, label: version } = outcome;
    const reason = reasonOf(outcome);
    const key = `${logType} ${version} ${kind} ${reason}`;
    const count = this.#logs.get(key);
    if (count === undefined) {
      this.#logs.set(key, { labels: { log_type: logType, version, outcome: kind, reason }, count: 1 });
    } else count.count++;
    if (outcome.kind === 'parsed') this.#addEvents(logType, version, outcome);
  }

  publish(metrics: Pick<ParserMetrics, 'logs' | 'events' | 'filled'>): void {
    for (const { labels, count } of this.#logs.values()) metrics.logs.inc(labels, count);
    for (const { labels, events, filled } of this.#events.values()) {
      metrics.events.inc(labels, events);
      for (const [at, field] of WATCHED_FIELDS.entries()) {
        const count = filled[at] ?? 0;
        if (count > 0) metrics.filled.inc({ ...labels, field: field.join('.') }, count);
      }
    }
  }

  #addEvents(logType: string, version: string, { records, events }: Extract<DecidedOutcome, { kind: 'parsed' }>): void {
    const key = `${logType} ${version}`;
    let count = this.#events.get(key);
    if (count === undefined) {
      count = { labels: { log_type: logType, version }, events: 0, filled: WATCHED_FIELDS.map(() => 0) };
      this.#events.set(key, count);
    }
    count.events += records.length;
    for (const { filled } of events) {
      for (let at = 0; at < WATCHED_FIELDS.length; at++) {
        if ((filled & (1 << at)) !== 0) count.filled[at] = (count.filled[at] ?? 0) + 1;
      }
    }
  }
}

function reasonOf(outcome: DecidedOutcome): string {
  switch (outcome.kind) {
    case 'dead_letter':
      return outcome.rejection.reason;
    case 'dropped':
      return outcome.tag;
    case 'parsed':
    case 'raw_only':
      return '';
    default:
      return outcome satisfies never;
  }
}
