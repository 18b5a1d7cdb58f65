import { PLAIN_COLUMNS, PROVENANCE, RAW_COLUMNS, SOURCE_FIELDS, TYPED_FIELDS } from './columns.ts';
import { RAW_LOGS } from './raw-logs-table.ts';
import { identifier, quoted } from './sql-text.ts';
import type { Stream } from './streams.ts';
import { INSERTED_AT, PART_SETTINGS, type Table } from './table.ts';
import { UDM_EVENTS } from './udm-events-table.ts';

/** Names of the tables by what they hold. */
export interface TableNames {
  /** Result records; the seed's `table`. */
  readonly raw: string;
  /** Result records in columns; a view fills it from `raw`. */
  readonly logs: string;
  readonly rawLogs: string;
  readonly udmEvents: string;
}

export const LOGS_TABLE = 'http_logs';

/** Name of the view that fills the second from the first. */
export function viewName(tables: TableNames): string {
  return `${tables.raw}_to_${tables.logs}`;
}

/**
 * How many blocks a table remembers the tokens of. A replay of the last 1,000 inserts is dropped; an older one shows in
 * the check query (`DOUBLES_QUERY`).
 */
export const DEDUPLICATION_WINDOW = 1_000;

// ClickHouse's parser refuses a whole object for one number beyond 64 bits or one half of a surrogate pair, both of
// which JSON allows. Such a row is read once more with long numbers as strings and surrogates as U+FFFD; `raw_json`
// keeps its bytes. Only rows that fail are touched.
const LONG_NUMBER = '([:,\\[]\\s*)(-?[0-9]{19,}[0-9.eE+-]*|-?[0-9.]+[eE][+]?[0-9]{3,})';
const SURROGATE = '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}';
const REPAIRED = `replaceRegexpAll(replaceRegexpAll(raw_json, ${quoted(LONG_NUMBER)}, ${quoted('\\1"\\2"')}), ${quoted(SURROGATE)}, ${quoted('\\\\ufffd')})`;

/** The row's JSON when it is an object, else an empty one: `[1]` or garbage is no reason to refuse a row. */
const OBJECT = `multiIf(JSONType(raw_json) = 'Object', raw_json, JSONType(${REPAIRED}) = 'Object', ${REPAIRED}, '{}')`;

/** A moment out of text, or null. Shorter text is a time of day or a number, which the parser would guess a date for. */
const momentOf = (text: string): string =>
  `if(length(${text}) >= 10, parseDateTimeBestEffortOrNull(${text}, 'UTC'), NULL)`;

/** Never fails: `time`, else `timestamp`, else the event times of A or B, else the arrival. */
const timeOf = (time: string, timestamp: string, a: string, b: string): string =>
  `coalesce(${momentOf(time)}, ${momentOf(timestamp)}, ${fromNanos(a)}, ${fromNanos(b)}, toDateTime(_arrived_at, 'UTC'))`;

const fromNanos = (nanos: string): string =>
  `if(${nanos} > 0, toDateTime(least(intDiv(${nanos}, 1000000000), 4294967295), 'UTC'), NULL)`;

/** A field as the view's `untuple` names it. */
function viewField(field: string): string {
  return `\`fields.${field}\``;
}

interface Column {
  readonly name: string;
  readonly type: string;
  /** From `raw_json`, for rows that somebody inserts here directly. */
  readonly byDefault: string | null;
  /** In the view; see `selectFromRaw`. */
  readonly inView: string;
}

const column = (name: string, type: string, byDefault: string | null, inView: string): Column => ({
  name,
  type,
  byDefault,
  inView,
});

function addressColumns(field: string): readonly Column[] {
  const extracted = `JSONExtract(raw_json, '${field}', 'String')`;
  return [
    // An IPv6 address has no IPv4 form: 0.0.0.0 here, the whole address beside it.
    column(field, 'IPv4', `toIPv4OrDefault(${extracted})`, `toIPv4OrDefault(${viewField(field)})`),
    column(`${field}6`, 'IPv6', `toIPv6OrDefault(${extracted})`, `toIPv6OrDefault(${viewField(field)})`),
  ];
}

/** `extra` holds at most so many paths as columns of their own; more share one. Bounds what odd field names can cost. */
const MAX_DYNAMIC_PATHS = 128;
const EXTRA_TYPE = `JSON(max_dynamic_paths=${MAX_DYNAMIC_PATHS}, ${TYPED_FIELDS.map((field) => `SKIP ${field}`).join(', ')})`;

// The writer's shorter JSON counts only for a record that ClickHouse can read as it stands.
const EXTRA_IN_VIEW = "if(extra_json != '' AND object = raw_json, extra_json, object)";

const COLUMNS: readonly Column[] = [
  column('raw_json', 'String', null, 'raw_json'),
  column('time_str', 'String', `JSONExtract(raw_json, 'time', 'String')`, viewField('time')),
  column('timestamp_str', 'String', `JSONExtract(raw_json, 'timestamp', 'String')`, viewField('timestamp')),
  column('time', "DateTime('UTC')", timeOf('time_str', 'timestamp_str', 'a_timestamp', 'b_timestamp'), 'moment'),
  column('log_date', 'Date', "toDate(time, 'UTC')", "toDate(moment, 'UTC')"),
  ...addressColumns('src_ip'),
  ...addressColumns('dst_ip'),
  ...PLAIN_COLUMNS.map(({ field, type, extract }) =>
    column(field, type, `JSONExtract(raw_json, '${field}', '${extract}')`, viewField(field)),
  ),
  column('extra', EXTRA_TYPE, "if(JSONType(raw_json) = 'Object', raw_json, '{}')", EXTRA_IN_VIEW),
  ...PROVENANCE.map(({ name, type }) => column(name, type, null, name)),
  column(INSERTED_AT.name, INSERTED_AT.type, 'now64(3)', 'now64(3)'),
];

const EXTRA_JSON_COLUMN = `extra_json String COMMENT ${quoted('the fields of raw_json without a column of their own, as JSON; empty: look there')}`;

/** The tables of results and the view as statements, in the order in which they can run. */
export function createResultTables(tables: TableNames): readonly string[] {
  return [createRaw(tables), createLogs(tables), createView(tables)];
}

function createRaw(tables: TableNames): string {
  const provenance = PROVENANCE.map(({ name, type, note }) => `  ${name} ${type} COMMENT ${quoted(note)}`);
  return `CREATE TABLE IF NOT EXISTS ${identifier(tables.raw)}
(
  raw_json String COMMENT 'the result record, byte for byte',
  ${EXTRA_JSON_COLUMN},
${provenance.join(',\n')}
)
ENGINE = MergeTree
ORDER BY (_topic, _partition, _offset)
SETTINGS non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}, ${PART_SETTINGS}`;
}

function createLogs(tables: TableNames): string {
  const columns = COLUMNS.map(
    ({ name, type, byDefault }) => `  ${name} ${type}${byDefault === null ? '' : ` DEFAULT ${byDefault}`}`,
  );
  return `CREATE TABLE IF NOT EXISTS ${identifier(tables.logs)}
(
${columns.join(',\n')},
  INDEX src_ip_bloom src_ip TYPE bloom_filter(0.01) GRANULARITY 4,
  INDEX src_ip6_bloom src_ip6 TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(log_date)
ORDER BY (log_date, dst_ip, src_ip, time)
SETTINGS non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}, ${PART_SETTINGS}`;
}

function createView(tables: TableNames): string {
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${identifier(viewName(tables))} TO ${identifier(tables.logs)} AS
${selectFromRaw(tables)}`;
}

/** The statements that bring tables and view of version 1 to what `createResultTables` makes. Each can run twice. */
export function addExtraJson(tables: TableNames): readonly string[] {
  const raw = identifier(tables.raw);
  return [
    `ALTER TABLE ${raw} ADD COLUMN IF NOT EXISTS ${EXTRA_JSON_COLUMN} AFTER raw_json`,
    `ALTER TABLE ${raw} MODIFY SETTING ${PART_SETTINGS}`,
    `ALTER TABLE ${identifier(tables.logs)} MODIFY SETTING ${PART_SETTINGS}`,
    // At once, so that no insert finds the view missing.
    `ALTER TABLE ${identifier(viewName(tables))} MODIFY QUERY\n${selectFromRaw(tables)}`,
  ];
}

/**
 * What the view makes of raw rows, of all of them or of those that a condition names. One extraction serves all columns:
 * thirty of them, as thirty DEFAULTs would do, cost about 40 % more CPU a row. Subqueries and untuple because ClickHouse
 * analyses the view anew for each insert: with aliases and `fields.x` that took 20 ms, with these 6.
 */
export function selectFromRaw(tables: TableNames, condition?: string): string {
  const elements = [
    ...SOURCE_FIELDS.map((field) => `${field} String`),
    ...PLAIN_COLUMNS.map(({ field, extract }) => `${field} ${extract}`),
  ];
  const carried = RAW_COLUMNS.join(', ');
  const outer = COLUMNS.map(({ name, inView }) => (inView === name ? name : `${inView} AS ${name}`));
  return `SELECT
  ${outer.join(',\n  ')}
FROM
(
  SELECT *, ${momentInView()} AS moment
  FROM
  (
    SELECT *, untuple(JSONExtract(object, 'Tuple(${elements.join(', ')})')) AS fields
    FROM
    (
      SELECT ${carried}, ${OBJECT} AS object
      FROM ${identifier(tables.raw)}${condition === undefined ? '' : `\n      WHERE ${condition}`}
    )
  )
)`;
}

function momentInView(): string {
  return timeOf(viewField('time'), viewField('timestamp'), viewField('a_timestamp'), viewField('b_timestamp'));
}

/** Names of the columns that the view fills, in its order. */
export const LOGS_COLUMNS: readonly string[] = COLUMNS.map((column) => column.name);

/** The columns of a row that is inserted, in its order. */
export function insertedColumns(stream: Stream): readonly string[] {
  switch (stream) {
    case 'correlated':
      return RAW_COLUMNS;
    case 'raw':
      return RAW_LOGS.columns.map(({ name }) => name);
    case 'udm':
      return UDM_EVENTS.columns.map(({ name }) => name);
    default:
      return stream satisfies never;
  }
}

/** What `system.columns` should say of the tables of a stream: names and types by table. */
export function expectedColumns(tables: TableNames, stream: Stream): ReadonlyMap<string, ReadonlyMap<string, string>> {
  switch (stream) {
    case 'correlated':
      return resultColumns(tables);
    case 'raw':
      return new Map([[tables.rawLogs, columnsOf(RAW_LOGS)]]);
    case 'udm':
      return new Map([[tables.udmEvents, columnsOf(UDM_EVENTS)]]);
    default:
      return stream satisfies never;
  }
}

function columnsOf(table: Table): ReadonlyMap<string, string> {
  return new Map([...table.columns, INSERTED_AT].map(({ name, type }) => [name, type]));
}

function resultColumns(tables: TableNames): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map([
    [
      tables.raw,
      new Map([
        ['raw_json', 'String'],
        ['extra_json', 'String'],
        ...PROVENANCE.map(({ name, type }) => [name, type] as const),
      ]),
    ],
    [tables.logs, new Map(COLUMNS.map(({ name, type }) => [name, type] as const))],
  ]);
}
