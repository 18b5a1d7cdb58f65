import { resolve } from 'node:path';
import { DEFAULT_TOPIC_PREFIX, topicName } from '@logweave/model';
import { type Static, Type } from 'typebox';

/** When the file's content is made to survive a loss of power. A killed process loses and doubles nothing with any of them. */
export type FsyncPolicy = 'always' | 'interval' | 'never';

const fsyncSchema = Type.Union([Type.Literal('always'), Type.Literal('interval'), Type.Literal('never')], {
  default: 'always',
  description:
    'When the file is flushed to the disk. A killed process loses and doubles no line with any of the three. ' +
    'always: before each commit, after each write; nothing is lost or doubled when power fails either. ' +
    'interval: the same guarantee with a commit and a flush only every fsync_interval_ms; after a crash the lines since then are cut off and written again. ' +
    'never: the system flushes when it likes; when power fails, lines of the last seconds may be missing from the file (the start reports how many bytes).',
});

const rotateSchema = Type.Object(
  {
    max_bytes: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: 'Begin a new file before this one would become longer. null: no bound.',
    }),
    max_age_s: Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()], {
      default: null,
      description: 'Begin a new file when this one was begun so long ago, unless it is empty. null: no bound.',
    }),
    keep: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: 10,
      description: 'How many rotated files (<path>.000001 and so on) stay; the oldest are removed. null: all.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description:
      'Rotation by the writer itself. With logrotate leave it out, send SIGHUP after the rename, and say delaycompress.',
  },
);

/** Section `outputs.file`. */
export const fileSectionSchema = Type.Object(
  {
    enabled: Type.Boolean({ default: true, description: 'Whether result records are written to a file.' }),
    path: Type.String({
      minLength: 1,
      default: './correlated.log',
      description:
        'The file, one JSON object a line. Its directory is created. The only source of file names there is.',
    }),
    fsync: fsyncSchema,
    fsync_interval_ms: Type.Integer({
      minimum: 1,
      default: 1000,
      description: 'Milliseconds between commits with fsync: interval.',
    }),
    rotate: rotateSchema,
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Result records as JSON lines in a file, each exactly once.',
  },
);

export type FileSection = Static<typeof fileSectionSchema>;

export interface FileWriterConfig {
  readonly topic: string;
  readonly group: string;
  /** Absolute. */
  readonly path: string;
  readonly fsync: FsyncPolicy;
  readonly fsyncIntervalMs: number;
  readonly rotate: {
    readonly maxBytes: number | null;
    readonly maxAgeMs: number | null;
    readonly keep: number | null;
  };
  /** Most records of one partition taken at once; with the record limit it bounds memory. */
  readonly maxPollRecords: number;
  /** How long a graceful stop may go on writing what the topic holds. The rest waits for the next start. */
  readonly drainMs: number;
}

const DEFAULT_DRAIN_MS = 10_000;
const MAX_POLL_RECORDS = 1000;

export interface FileWriterContext {
  /** Prefix of topics and groups. */
  readonly topicPrefix?: string;
  /** What a relative path is relative to; by default the working directory. */
  readonly baseDirectory?: string;
}

/** From the section (defaults filled in) to what the service takes. @throws RangeError for a path that names no file. */
export function resolveFileWriterConfig(section: FileSection, context: FileWriterContext = {}): FileWriterConfig {
  const prefix = context.topicPrefix ?? DEFAULT_TOPIC_PREFIX;
  if (section.path.endsWith('/') || section.path.includes('\0')) {
    throw new RangeError(`outputs.file.path must name a file: ${JSON.stringify(section.path)}`);
  }
  return {
    topic: topicName('correlated', prefix),
    group: `${prefix}.file-writer`,
    path: resolve(context.baseDirectory ?? '.', section.path),
    fsync: section.fsync,
    fsyncIntervalMs: section.fsync_interval_ms,
    rotate: {
      maxBytes: section.rotate.max_bytes,
      maxAgeMs: section.rotate.max_age_s === null ? null : section.rotate.max_age_s * 1000,
      keep: section.rotate.keep,
    },
    maxPollRecords: MAX_POLL_RECORDS,
    drainMs: DEFAULT_DRAIN_MS,
  };
}
