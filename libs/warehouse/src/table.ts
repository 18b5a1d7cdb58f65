import { identifier, quoted } from './sql-text.ts';

/** One column of a table that records are inserted into directly. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  /** What it holds, for people: the comment in the table. */
  readonly note: string;
  /** Where the server's own choice is not the best. */
  readonly codec?: string;
}

/** A table whose rows come ready from the writer. */
export interface Table {
  /** In the order in which a row is encoded. */
  readonly columns: readonly TableColumn[];
  readonly indexes: readonly string[];
  readonly partitionBy: string;
  readonly orderBy: readonly string[];
  /** How many blocks the table remembers the tokens of; an insert makes one block for each partition that it reaches. */
  readonly deduplicationWindow: number;
}

/** Where a row stands in the event log, and when its record arrived there; the last columns of a row. */
export const PLACE: readonly TableColumn[] = [
  { name: '_topic', type: 'LowCardinality(String)', note: 'topic of its record' },
  { name: '_partition', type: 'UInt32', note: 'its partition' },
  { name: '_offset', type: 'UInt64', note: 'its offset; topic, partition and offset occur once' },
  { name: '_arrived_at', type: "DateTime64(3, 'UTC')", note: 'when its record arrived' },
];

/** When a row arrived in its table; filled by ClickHouse. */
export const INSERTED_AT = { name: '_inserted_at', type: "DateTime64(3, 'UTC')" } as const;

/**
 * How all tables keep their parts. Parts of fewer bytes than the first have one file for all columns: with a file for each
 * part of each column (the default from 10 MiB on, which is one batch) an insert made some 250 files, and a quarter of its
 * CPU went into making them. The second has a row merged again when there is ten times as much of it, not five times,
 * which saves a third of the merging.
 */
export const PART_SETTINGS = `min_bytes_for_wide_part = ${256 * 1024 * 1024}, merge_selector_base = 10`;

/** Its CREATE TABLE, which can run twice. */
export function createTable(name: string, table: Table): string {
  const lines = [
    ...table.columns.map(columnLine),
    `  ${INSERTED_AT.name} ${INSERTED_AT.type} DEFAULT now64(3)`,
    ...table.indexes.map((index) => `  INDEX ${index}`),
  ];
  return `CREATE TABLE IF NOT EXISTS ${identifier(name)}
(
${lines.join(',\n')}
)
ENGINE = MergeTree
PARTITION BY ${table.partitionBy}
ORDER BY (${table.orderBy.join(', ')})
SETTINGS non_replicated_deduplication_window = ${table.deduplicationWindow}, ${PART_SETTINGS}`;
}

function columnLine({ name, type, note, codec }: TableColumn): string {
  return `  ${name} ${type} COMMENT ${quoted(note)}${codec === undefined ? '' : ` CODEC(${codec})`}`;
}

/** For long text: a third less on disk than the default, for no CPU that could be measured at inserts. */
export const LONG_TEXT_CODEC = 'ZSTD(1)';
