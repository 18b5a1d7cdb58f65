import { DEFAULT_TOPIC_PREFIX, topicName } from '@logweave/model';
import { type Static, Type } from 'typebox';

/** Section `parser`. */
export const parserSectionSchema = Type.Object(
  {
    enabled: Type.Union([Type.Boolean(), Type.Null()], {
      default: null,
      description:
        'Whether `logweave up` makes UDM events of logs. null: when raw logs come in (inputs.raw), or outputs.clickhouse ' +
        'is on to take the events.',
    }),
    threads: Type.Integer({
      minimum: 0,
      maximum: 64,
      default: 0,
      description:
        'Threads that parse. 0: the thread of the service, which is enough for some thousand logs a second. More use more ' +
        'cores, and a log that no memory is enough for ends one of them and not the process.',
    }),
    on_unknown_log_type: Type.Enum(['raw_only', 'dead_letter'], {
      default: 'raw_only',
      description:
        'A log whose type has no parser. raw_only: it is counted and stays where raw logs are; ' +
        'dead_letter: it goes to topic dead-letter as well.',
    }),
    correlated: Type.Object(
      {
        enabled: Type.Boolean({ default: true, description: 'Whether correlated logs become UDM events, too.' }),
        log_type: Type.String({
          pattern: '^[A-Z][A-Z0-9_]{0,127}$',
          default: 'LOGWEAVE_CORRELATED',
          description: 'Their log type: whose parser they get.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'Correlated logs as logs to parse.' },
    ),
    trial: Type.Object(
      {
        logs: Type.Integer({
          minimum: 0,
          maximum: 1_000_000,
          default: 1_000,
          description:
            'So many logs of a type are parsed on trial after its parser was changed: a log on which the new one fails ' +
            'is given to the one before. 0: no trial.',
        }),
        max_failure_ratio: Type.Number({
          minimum: 0,
          maximum: 1,
          default: 0.05,
          description:
            'When more than this share of them fails with the new parser and not with the one before, it is rolled back.',
        }),
        hours: Type.Number({
          minimum: 0,
          maximum: 720,
          default: 24,
          description: 'A process that starts so long after the change takes the new parser without a trial.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'A changed parser proves itself first.' },
    ),
    guard: Type.Object(
      {
        logs: Type.Integer({
          minimum: 10,
          maximum: 1_000_000,
          default: 1_000,
          description: 'Over how many of the last logs of a type the ratio is taken.',
        }),
        failure_ratio: Type.Number({
          exclusiveMinimum: 0,
          maximum: 1,
          default: 0.95,
          description: 'From this share of failures on a parser is taken for broken.',
        }),
        action: Type.Enum(['stop', 'go_on'], {
          default: 'stop',
          description:
            'stop: partitions that hold such logs wait for another parser, and readiness says so. ' +
            'go_on: the logs go to dead-letter, and only the metrics tell.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'When almost nothing of a log type can be parsed.' },
    ),
  },
  { additionalProperties: false, default: {}, description: 'Parsers: what makes UDM events of logs.' },
);

export type ParserSection = Static<typeof parserSectionSchema>;

/** One topic that is parsed. */
export interface ParserInput {
  readonly name: 'raw' | 'correlated';
  readonly topic: string;
  readonly group: string;
  /** Followed by `.<partition>`: the lease on it. */
  readonly transactionalIdPrefix: string;
  /** Null: the header of each log says it. */
  readonly logType: string | null;
}

/** Resolved: what the parser service works by. */
export interface ParserConfig {
  readonly inputs: readonly ParserInput[];
  readonly topics: { readonly udm: string; readonly deadLetter: string; readonly parsers: string };
  readonly threads: number;
  readonly onUnknownLogType: 'raw_only' | 'dead_letter';
  readonly trial: { readonly logs: number; readonly maxFailureRatio: number; readonly withinMs: number };
  readonly guard: { readonly logs: number; readonly failureRatio: number; readonly action: 'stop' | 'go_on' };
}

/** Names the topics, groups and transactional ids that follow from the prefix. */
export function resolveParserConfig(section: ParserSection, prefix: string = DEFAULT_TOPIC_PREFIX): ParserConfig {
  const { correlated, trial, guard } = section;
  const input = (name: ParserInput['name'], logType: string | null): ParserInput => ({
    name,
    topic: topicName(name, prefix),
    group: `${prefix}.parser-${name}`,
    transactionalIdPrefix: `${prefix}.parser-${name}`,
    logType,
  });
  return {
    inputs: [input('raw', null), ...(correlated.enabled ? [input('correlated', correlated.log_type)] : [])],
    topics: {
      udm: topicName('udm', prefix),
      deadLetter: topicName('dead-letter', prefix),
      parsers: topicName('parsers', prefix),
    },
    threads: section.threads,
    onUnknownLogType: section.on_unknown_log_type,
    trial: {
      logs: trial.logs,
      maxFailureRatio: trial.max_failure_ratio,
      withinMs: trial.hours * 3_600_000,
    },
    guard: { logs: guard.logs, failureRatio: guard.failure_ratio, action: guard.action },
  };
}
