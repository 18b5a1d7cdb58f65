import { LONG_TEXT_CODEC, PLACE, type Table, type TableColumn } from './table.ts';

export const UDM_EVENTS_TABLE = 'udm_events';

/** Nouns that have columns of their own, in the order of a row. */
export const ROLES = ['principal', 'target', 'src', 'observer'] as const;

const TIME = "DateTime64(9, 'UTC')";
const WORD = 'LowCardinality(String)';
const TEXTS = 'Array(String)';

const roleColumns = (role: string): readonly TableColumn[] => [
  { name: `${role}_ip`, type: TEXTS, note: `${role}.ip, in canonical form` },
  { name: `${role}_hostname`, type: 'String', note: `${role}.hostname, else ${role}.asset.hostname` },
  { name: `${role}_user`, type: TEXTS, note: `${role}.user: userid, then emailAddresses` },
];

const bloom = (name: string): string => `${name}_bloom ${name} TYPE bloom_filter(0.01) GRANULARITY 4`;

/**
 * The day of the event when it is near its arrival, which is the rule; else the year when that is near; else 0. A sender
 * chooses the times of its events: with days alone, one batch of 10,000 could make 10,000 parts. So it makes 46 at most.
 */
const PARTITION = `multiIf(
  event_timestamp BETWEEN _arrived_at - INTERVAL 31 DAY AND _arrived_at + INTERVAL 1 DAY, toYYYYMMDD(event_timestamp),
  toYear(event_timestamp) BETWEEN toYear(_arrived_at) - 10 AND toYear(_arrived_at) + 1, toYear(event_timestamp) * 10000,
  0)`;

/** One event or entity of the Unified Data Model a row. */
export const UDM_EVENTS: Table = {
  columns: [
    { name: 'event_timestamp', type: TIME, note: 'metadata.eventTimestamp; of an entity metadata.collectedTimestamp' },
    { name: 'ingested_timestamp', type: TIME, note: 'metadata.ingestedTimestamp, else when the record was made' },
    { name: 'kind', type: WORD, note: 'event or entity' },
    { name: 'event_type', type: WORD, note: 'metadata.eventType; empty for an entity' },
    { name: 'entity_type', type: WORD, note: 'metadata.entityType; empty for an event' },
    { name: 'log_type', type: WORD, note: 'which parser made it; else metadata.logType' },
    { name: 'vendor_name', type: WORD, note: 'metadata.vendorName' },
    { name: 'product_name', type: WORD, note: 'metadata.productName' },
    { name: 'product_event_type', type: 'String', note: 'metadata.productEventType' },
    { name: 'product_log_id', type: 'String', note: 'metadata.productLogId; of an entity metadata.productEntityId' },
    { name: 'metadata_id', type: 'String', note: 'metadata.id, Base64' },
    { name: 'namespace', type: WORD, note: 'of the batch or input; empty: none' },
    ...ROLES.flatMap(roleColumns),
    { name: 'url', type: 'String', note: 'the first of target.url, principal.url, src.url, observer.url, entity.url' },
    { name: 'action', type: 'Array(LowCardinality(String))', note: 'securityResult.action, each once' },
    { name: 'severity', type: WORD, note: 'the highest securityResult.severity' },
    { name: 'ips', type: TEXTS, note: 'every address of its nouns and their assets, in canonical form, each once' },
    { name: 'hosts', type: TEXTS, note: 'every hostname and domain of its nouns, in lower case, each once' },
    { name: 'users', type: TEXTS, note: 'every userid and e-mail address of its nouns, in lower case, each once' },
    { name: 'hashes', type: TEXTS, note: 'SHA-256, SHA-1 and MD5 of every file, in lower case, each once' },
    {
      name: 'event_json',
      type: 'String',
      note: 'the whole event or entity as proto3 JSON, byte for byte',
      codec: LONG_TEXT_CODEC,
    },
    { name: 'parser_version', type: WORD, note: 'of the parser that made it; empty: it came as an event' },
    { name: 'source_topic', type: WORD, note: 'where its raw log stands: topic; empty: it came as an event' },
    { name: 'source_partition', type: 'UInt32', note: 'its partition' },
    { name: 'source_offset', type: 'UInt64', note: 'its offset' },
    { name: 'event_index', type: 'UInt32', note: 'its place among those of its raw log, from 0' },
    { name: 'event_count', type: 'UInt32', note: 'how many its raw log gave; 0: it came as an event' },
    ...PLACE,
  ],
  indexes: [...['ips', 'hosts', 'users', 'hashes'].map(bloom), 'offsets _offset TYPE minmax GRANULARITY 1'],
  partitionBy: PARTITION,
  orderBy: ['event_type', 'event_timestamp', '_partition', '_offset'],
  // An insert of odd times makes many blocks.
  deduplicationWindow: 10_000,
};
