import { LIMITS } from './limits.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GIB = 1024 ** 3;

/** What a topic is, whoever keeps it. Shapes as in `TopicSpec` of the event log. */
export interface TopicDefinition {
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  readonly retentionMs: number | null;
  readonly retentionBytes: number | null;
  readonly maxRecordBytes: number;
}

const source = {
  partitions: 8,
  cleanup: 'delete',
  retentionMs: 24 * HOUR_MS,
  retentionBytes: 4 * GIB,
  maxRecordBytes: LIMITS.sourceLineBytes + LIMITS.headerAllowanceBytes,
} as const satisfies TopicDefinition;

/**
 * Every topic by its plain name. `http`, `network`, `correlated` and `correlator-state` belong to the same tasks and
 * always have the same number of partitions.
 */
export const TOPICS = {
  http: source,
  network: source,
  correlated: {
    ...source,
    retentionMs: 3 * DAY_MS,
    maxRecordBytes: LIMITS.mergedRecordBytes + LIMITS.headerAllowanceBytes,
  },
  'correlator-state': {
    ...source,
    cleanup: 'compact',
    retentionMs: null,
    retentionBytes: null,
    // A checkpoint holds all that is open of one key, so a busy key makes a long record.
    maxRecordBytes: LIMITS.checkpointBytes,
  },
  udm: {
    ...source,
    retentionMs: 3 * DAY_MS,
    maxRecordBytes: LIMITS.mergedRecordBytes + LIMITS.headerAllowanceBytes,
  },
  parsers: {
    ...source,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: null,
    retentionBytes: null,
    maxRecordBytes: LIMITS.parserBytes + LIMITS.headerAllowanceBytes,
  },
  /** One raw log as it came; its headers say of which type it is. */
  raw: {
    ...source,
    retentionMs: 7 * DAY_MS,
    maxRecordBytes: LIMITS.rawLogBytes + LIMITS.headerAllowanceBytes,
  },
  'dead-letter': {
    ...source,
    partitions: 4,
    retentionMs: 14 * DAY_MS,
    maxRecordBytes: LIMITS.mergedRecordBytes + LIMITS.headerAllowanceBytes,
  },
} as const satisfies Record<string, TopicDefinition>;

export type TopicName = keyof typeof TOPICS;

/** Topics that keep the last record of each key for ever: nothing of them goes by age or size. */
export type CompactedTopicName = {
  [N in TopicName]: (typeof TOPICS)[N]['cleanup'] extends 'compact' ? N : never;
}[TopicName];

export const TOPIC_NAMES = Object.keys(TOPICS) as readonly TopicName[];

export const DEFAULT_TOPIC_PREFIX = 'logweave';

/** The topics that one correlator task reads and writes at the same partition number. */
export const CO_PARTITIONED_TOPICS: readonly TopicName[] = ['http', 'network', 'correlated', 'correlator-state'];

/** `<prefix>.<name>`. */
export function topicName(name: TopicName, prefix: string = DEFAULT_TOPIC_PREFIX): string {
  return `${prefix}.${name}`;
}
