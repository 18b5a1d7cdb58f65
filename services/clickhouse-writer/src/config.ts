import { DEFAULT_TOPIC_PREFIX, topicName } from '@logweave/model';
import { parseDsn, STREAMS, type Stream, type WarehouseConfig } from '@logweave/warehouse';
import { type Static, Type } from 'typebox';

const MIB = 1024 * 1024;

const batchSchema = Type.Object(
  {
    max_rows: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 10_000,
      description: 'Most rows of one insert. 5,000 to 10,000 is where ClickHouse is fastest.',
    }),
    max_bytes: Type.Integer({
      minimum: 64 * 1024,
      maximum: 32 * MIB,
      default: 16 * MIB,
      description: 'Most bytes of records of one insert; a single longer record goes alone.',
    }),
    max_age_ms: Type.Integer({
      minimum: 10,
      maximum: 600_000,
      default: 1_000,
      description: 'Longest time that a record waits for others to be inserted with, in milliseconds.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'When the records of a partition go to ClickHouse: at the first of these three limits.',
  },
);

const tlsSchema = Type.Object(
  {
    ca_file: Type.String({ minLength: 1, description: "PEM file with the authority of the server's certificate." }),
    cert_file: Type.Union([Type.String(), Type.Null()], {
      default: null,
      description: 'PEM file with our own certificate, for mutual TLS.',
    }),
    key_file: Type.Union([Type.String(), Type.Null()], {
      default: null,
      description: 'PEM file with the key of our own certificate.',
    }),
  },
  { additionalProperties: false, description: 'Certificates for an https or 9440 address. Host names are verified.' },
);

/** Section `outputs.clickhouse`. */
export const clickhouseSectionSchema = Type.Object(
  {
    enabled: Type.Boolean({ default: true, description: 'Whether anything is written to ClickHouse.' }),
    streams: Type.Array(Type.Enum([...STREAMS], { description: 'A topic and its table.' }), {
      default: [...STREAMS],
      minItems: 1,
      uniqueItems: true,
      description:
        'What is written: correlated (to the table below), raw (to raw_logs), udm (to udm_events). Tables are made for all.',
    }),
    embedded: Type.Union([Type.Boolean(), Type.Null()], {
      default: null,
      description:
        'true: the engine that comes with the program, in a process of its own. false: the server at dsn. null: embedded when there is no dsn.',
    }),
    dsn: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: null,
      secret: true,
      description:
        'clickhouse://user:password@host:9000/database (spoken to over HTTP: 9000 means 8123, 9440 means 8443 with TLS) or http(s)://user:password@host:port/database.',
    }),
    password_file: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: null,
      description: 'File with the password, read anew for each request. Goes before a password in dsn.',
    }),
    table: Type.String({
      pattern: '^[A-Za-z_][A-Za-z0-9_]{0,200}$',
      default: 'http_logs_raw',
      description: 'The raw table of results: one result record a row. A view fills http_logs from it.',
    }),
    migrate: Type.Boolean({
      default: true,
      description: 'Create or update the tables at the start. false: `logweave migrate` does it.',
    }),
    batch: batchSchema,
    request_timeout_s: Type.Number({
      minimum: 1,
      maximum: 3600,
      default: 60,
      description:
        'How long one insert may take before it is sent again (with the same token, so that it counts once).',
    }),
    concurrency: Type.Integer({
      minimum: 1,
      maximum: 16,
      default: 1,
      description:
        'How many inserts run at once, each of another partition. More than 1 helps on a server with many cores.',
    }),
    compress: Type.Boolean({ default: false, description: 'Send rows gzipped; worth it over a slow network only.' }),
    memory_mb: Type.Integer({
      minimum: 512,
      default: 1536,
      description: 'Memory of the embedded engine, in MiB. Beyond it a statement fails and is tried again.',
    }),
    tls: Type.Union([tlsSchema, Type.Null()], {
      default: null,
      description: 'Certificates, when the system has not got them.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'Records as rows in ClickHouse, each exactly once.' },
);

export type ClickhouseSection = Static<typeof clickhouseSectionSchema>;

/** A topic and the group that takes it to its table. */
export interface WrittenStream {
  readonly stream: Stream;
  readonly topic: string;
  readonly group: string;
}

export interface ClickhouseWriterConfig {
  readonly streams: readonly WrittenStream[];
  readonly deadLetterTopic: string;
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** Bound of what is held in memory for all streams together; each may hold its equal share whatever others hold. */
  readonly maxBufferedBytes: number;
  readonly concurrency: number;
  readonly migrate: boolean;
  /** How long a graceful stop may go on inserting what was read. The rest waits for the next start. */
  readonly drainMs: number;
}

const MAX_BUFFERED_BYTES = 96 * MIB;
const DRAIN_MS = 10_000;

export interface ClickhouseWriterContext {
  /** Prefix of topics and groups. */
  readonly topicPrefix?: string;
}

/** The group of a stream. Each has its own, since topics of one group must have the same number of partitions. */
function clickhouseWriterGroup(stream: Stream, prefix: string): string {
  return stream === 'correlated' ? `${prefix}.clickhouse-writer` : `${prefix}.clickhouse-writer-${stream}`;
}

/** From the section (defaults filled in) to what the service takes. */
export function resolveClickhouseWriterConfig(
  section: ClickhouseSection,
  context: ClickhouseWriterContext = {},
): ClickhouseWriterConfig {
  const prefix = context.topicPrefix ?? DEFAULT_TOPIC_PREFIX;
  return {
    streams: section.streams.map((stream) => ({
      stream,
      topic: topicName(stream, prefix),
      group: clickhouseWriterGroup(stream, prefix),
    })),
    deadLetterTopic: topicName('dead-letter', prefix),
    maxRows: section.batch.max_rows,
    maxBytes: section.batch.max_bytes,
    maxAgeMs: section.batch.max_age_ms,
    maxBufferedBytes: Math.max(MAX_BUFFERED_BYTES, 2 * section.batch.max_bytes),
    concurrency: section.concurrency,
    migrate: section.migrate,
    drainMs: DRAIN_MS,
  };
}

/** Where the section says the warehouse is. */
export type WarehouseChoice =
  | { readonly kind: 'embedded'; readonly memoryBytes: number }
  /** `note`: what was read into the DSN, for one log line. */
  | { readonly kind: 'server'; readonly config: WarehouseConfig; readonly note: string | null };

/**
 * Chooses the warehouse.
 * @throws Error for people, without the password: a DSN that is none, or `embedded: false` without one.
 */
export function chooseWarehouse(section: ClickhouseSection): WarehouseChoice {
  const embedded = section.embedded ?? section.dsn === null;
  if (embedded) return { kind: 'embedded', memoryBytes: section.memory_mb * MIB };
  if (section.dsn === null) throw new Error('outputs.clickhouse needs a dsn when embedded is false.');
  const { note, ...address } = parseDsn(section.dsn);
  const config = { ...address, ...connectionOptions(section), passwordFile: section.password_file };
  return { kind: 'server', config, note };
}

/** How to speak to the embedded engine that is running at this address. */
export function embeddedWarehouseConfig(
  section: ClickhouseSection,
  engine: { readonly url: string; readonly user: string; readonly password: string },
): WarehouseConfig {
  const { url, user, password } = engine;
  return { url, user, password, database: 'default', ...connectionOptions(section), compress: false, tls: null };
}

function connectionOptions(
  section: ClickhouseSection,
): Pick<WarehouseConfig, 'rawTable' | 'requestTimeoutMs' | 'compress' | 'tls'> {
  const { tls } = section;
  return {
    rawTable: section.table,
    requestTimeoutMs: section.request_timeout_s * 1000,
    compress: section.compress,
    tls: tls === null ? null : { caFile: tls.ca_file, certFile: tls.cert_file, keyFile: tls.key_file },
  };
}
