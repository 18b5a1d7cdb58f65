import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * All metrics of the parser. Log types are labels only when a parser serves them, `other` else: a sender could name as many as
 * it likes. What counts logs moves when a transaction has committed, so that what is done again counts once.
 */
export interface ParserMetrics {
  readonly logs: Counter<'log_type' | 'version' | 'outcome' | 'reason'>;
  readonly events: Counter<'log_type' | 'version'>;
  readonly filled: Counter<'log_type' | 'version' | 'field'>;
  readonly parseSeconds: Histogram<'log_type'>;
  readonly held: Gauge<'log_type'>;
  readonly trials: Gauge<'log_type'>;
  readonly rollbacks: Counter<'log_type' | 'outcome'>;
  readonly lag: Gauge<'input' | 'partition'>;
  readonly commits: Counter<'input' | 'outcome'>;
  readonly commitSeconds: Histogram<'input'>;
  readonly latency: Histogram<'input'>;
  readonly restores: Counter<'input' | 'reason'>;
  readonly gaps: Counter<'input' | 'partition'>;
  readonly threadsLost: Counter;
  readonly registryProblems: Counter;
}

export function createParserMetrics(registry: Registry): ParserMetrics {
  const registers = [registry];
  return {
    logs: new Counter({
      name: 'logweave_parser_logs_total',
      help: 'What became of the logs, each exactly one of parsed, dropped, dead_letter and raw_only, by parser version; the reason is that of the dead letter or the tag of the drop. When dead_letter rises, see topic dead-letter, and parser rollback.',
      labelNames: ['log_type', 'version', 'outcome', 'reason'],
      registers,
    }),
    events: new Counter({
      name: 'logweave_parser_events_total',
      help: 'UDM events and entities that were made. Nothing to do.',
      labelNames: ['log_type', 'version'],
      registers,
    }),
    filled: new Counter({
      name: 'logweave_parser_filled_fields_total',
      help: 'Events in which a field has a value; divide by logweave_parser_events_total. When a share falls with a new version or firmware, look at the parser.',
      labelNames: ['log_type', 'version', 'field'],
      registers,
    }),
    parseSeconds: new Histogram({
      name: 'logweave_parser_parse_seconds',
      help: 'Time for one log. When high, see the grok patterns of the parser.',
      labelNames: ['log_type'],
      buckets: [0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.02, 0.1, 1],
      registers,
    }),
    held: new Gauge({
      name: 'logweave_parser_held',
      help: '1 while logs of a type wait, and their partitions with them, because almost nothing of it can be parsed. Activate another parser, or set parser.guard.action to go_on.',
      labelNames: ['log_type'],
      registers,
    }),
    trials: new Gauge({
      name: 'logweave_parser_trial',
      help: '1 while a changed parser is on trial. Nothing to do.',
      labelNames: ['log_type'],
      registers,
    }),
    rollbacks: new Counter({
      name: 'logweave_parser_rollbacks_total',
      help: 'Parsers that lost their trial: done, superseded by another change, or failed and tried again. Not 0: see parser list and the reason there.',
      labelNames: ['log_type', 'outcome'],
      registers,
    }),
    lag: new Gauge({
      name: 'logweave_parser_lag_records',
      help: 'Records of an input that have not been read. When it grows, add parsers, or see held and commits.',
      labelNames: ['input', 'partition'],
      registers,
    }),
    commits: new Counter({
      name: 'logweave_parser_commits_total',
      help: 'Transactions by how they ended. Anything but committed is done again; when it is frequent, see the event log.',
      labelNames: ['input', 'outcome'],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'logweave_parser_commit_seconds',
      help: 'Duration of a transaction. When high, the disk of the event log is slow.',
      labelNames: ['input'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers,
    }),
    latency: new Histogram({
      name: 'logweave_parser_latency_seconds',
      help: 'From the arrival of a log to the commit of its events; one log of each transaction. When it grows, see lag.',
      labelNames: ['input'],
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
      registers,
    }),
    restores: new Counter({
      name: 'logweave_parser_restores_total',
      help: 'How often a partition was begun, by cause. Frequent without deployments: see commits and the log.',
      labelNames: ['input', 'reason'],
      registers,
    }),
    gaps: new Counter({
      name: 'logweave_parser_gaps_total',
      help: 'Partitions that could not begin because retention removed logs that had not been parsed. Not 0: raise retention and see the log line for how to go on.',
      labelNames: ['input', 'partition'],
      registers,
    }),
    threadsLost: new Counter({
      name: 'logweave_parser_threads_lost_total',
      help: 'Threads that ended over a log, which is a dead letter with reason parser_crashed then. Not 0: look at these.',
      registers,
    }),
    registryProblems: new Counter({
      name: 'logweave_parser_registry_problems_total',
      help: 'Records of topic parsers that were passed over because they cannot be read. Not 0: something else writes there.',
      registers,
    }),
  };
}
