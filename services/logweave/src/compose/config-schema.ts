import { clickhouseSectionSchema } from '@logweave/clickhouse-writer';
import { correlationSectionSchema } from '@logweave/correlator';
import { fileSectionSchema } from '@logweave/file-writer';
import { type CompactedTopicName, DEFAULT_TOPIC_PREFIX, LIMITS, TOPICS, type TopicName } from '@logweave/model';
import { parserSectionSchema } from '@logweave/parser';
import { adminSectionSchema, LOG_LEVELS } from '@logweave/service-kit';
import { InputsSection } from '@logweave/socket-ingestor';
import { type Static, Type } from 'typebox';
import { kafkaSectionSchema } from './kafka-section.ts';

const HOUR_MS = 3_600_000;

const serviceSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, default: 'logweave', description: 'Stands in each log line.' }),
    language: Type.Optional(
      Type.String({ description: 'Of older configurations (language: go). Accepted and ignored.' }),
    ),
    stop_grace_s: Type.Number({
      minimum: 0,
      maximum: 3600,
      default: 30,
      description: 'How long a graceful stop may take. After that the process ends at once; nothing is lost even then.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'The process.' },
);

const eventLogSchema = Type.Object(
  {
    kind: Type.Enum(['embedded', 'kafka'], {
      default: 'embedded',
      description: 'embedded: one SQLite file in data_dir. kafka: Apache Kafka, each service a process of its own.',
    }),
    max_bytes: Type.Union([Type.Integer({ minimum: 67_108_864 }), Type.Null()], {
      default: null,
      description: 'Most bytes of the file: when it is full, sources wait as on a full disk. null: what the disk has.',
    }),
    kafka: kafkaSectionSchema,
  },
  { additionalProperties: false, default: {}, description: 'Where topics are kept.' },
);

const retention = (name: Exclude<TopicName, CompactedTopicName>, description: string) =>
  Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()], {
    default: TOPICS[name].retentionMs / HOUR_MS,
    description,
  });

const topicsSchema = Type.Object(
  {
    prefix: Type.String({
      pattern: '^[A-Za-z0-9._-]{1,100}$',
      default: DEFAULT_TOPIC_PREFIX,
      description: 'Topics are named <prefix>.<name>, and consumer groups as well.',
    }),
    partitions: Type.Integer({
      minimum: 1,
      maximum: 1024,
      default: TOPICS.http.partitions,
      description: 'Of each topic but parsers, which has one, and dead-letter. Fixed once the topics exist.',
    }),
    raw_partitions: Type.Integer({
      minimum: 1,
      maximum: 1024,
      default: TOPICS.raw.partitions,
      description: 'Of raw. Fixed once the topic exists.',
    }),
    raw_log_bytes: Type.Integer({
      minimum: 1024,
      maximum: LIMITS.rawLogBytesMax,
      default: LIMITS.rawLogBytes,
      description: 'Longest raw log. Of a longer one the first 4 KiB, its length and a SHA-256 go to dead-letter.',
    }),
    dead_letter_partitions: Type.Integer({
      minimum: 1,
      maximum: 1024,
      default: TOPICS['dead-letter'].partitions,
      description: 'Of dead-letter. Fixed once the topic exists.',
    }),
    retention_hours: Type.Object(
      {
        http: retention('http', 'HTTP logs as they came.'),
        network: retention('network', 'Network logs as they came.'),
        correlated: retention('correlated', 'Result records.'),
        udm: retention('udm', 'Events of the Unified Data Model.'),
        raw: retention('raw', 'Raw logs as they came.'),
        dead_letter: retention('dead-letter', 'What could not be processed.'),
      },
      {
        additionalProperties: false,
        default: {},
        description:
          'How long records stay. What one of our own services has not read yet stays longer. null: for ever.',
      },
    ),
    retention_bytes: Type.Union([Type.Integer({ minimum: 1_048_576 }), Type.Null()], {
      default: TOPICS.http.retentionBytes,
      description: 'Most bytes of each of these topics, whichever bound is reached first. null: no bound.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'Names and bounds of topics.' },
);

const outputsSchema = Type.Object(
  { file: Type.Optional(fileSectionSchema), clickhouse: Type.Optional(clickhouseSectionSchema) },
  {
    additionalProperties: false,
    default: {},
    description: 'Where result records go. An output that is not named is off.',
  },
);

const logSchema = Type.Object(
  {
    level: Type.Enum([...LOG_LEVELS], { default: 'info', description: 'The least that is logged.' }),
    format: Type.Enum(['auto', 'json', 'pretty'], {
      default: 'auto',
      description: 'Lines on standard error. json: for machines; pretty: for people; auto: pretty on a terminal.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'The log of Logweave itself.' },
);

/** The whole configuration: one section for each service, in its own words, and what the process needs. */
export const configSchema = Type.Object(
  {
    service: serviceSchema,
    data_dir: Type.String({
      minLength: 1,
      default: './logweave-data',
      description: 'Holds the event log and the embedded ClickHouse. One process at a time has it.',
    }),
    event_log: eventLogSchema,
    topics: topicsSchema,
    inputs: InputsSection,
    correlation: correlationSectionSchema,
    parser: parserSectionSchema,
    outputs: outputsSchema,
    admin: adminSectionSchema,
    log: logSchema,
  },
  { additionalProperties: false },
);

/** Checked, with all defaults. */
export type Config = Static<typeof configSchema>;
