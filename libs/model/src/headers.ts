/** Names of record headers, declared once. Values are ASCII text unless said. */
export const HEADERS = {
  /** On a result record: where its parents stand, as `topic/partition/offset`. */
  parentA: 'a',
  parentB: 'b',
  /** On a result record: the version of the rules that made it. */
  rules: 'rules',
  /** On a raw log, and on the event that was made of it; UTF-8, a namespace only where there is one. */
  logType: 'log_type',
  namespace: 'namespace',
  /** On a raw log: a JSON object of strings, RFC 3339 with up to nine digits of a second, and the name of its input. */
  labels: 'labels',
  collectionTime: 'collection_time',
  input: 'input',
  /** On an event: the version of its parser, and `event` or `entity`. Its raw log stands at source topic, partition and offset. */
  parserVersion: 'parser_version',
  kind: 'kind',
  /** On an event: its place among those of its log, from 0, and how many these are. */
  eventIndex: 'event_index',
  eventCount: 'event_count',
  /** On a dead letter. */
  stage: 'stage',
  reason: 'reason',
  message: 'message',
  sourceTopic: 'source_topic',
  sourcePartition: 'source_partition',
  sourceOffset: 'source_offset',
  /** On a dead letter of a log that had been one before: where it stood when it came in first, as `topic/partition/offset`. */
  origin: 'origin',
  /** On a dead letter that keeps only a preview: the whole length in bytes and its SHA-256 in hex. */
  originalLength: 'original_length',
  originalSha256: 'original_sha256',
} as const;

/** Version of correlation rules and output record; raised when the same events would give other bytes. */
export const RULES_VERSION = '1';
