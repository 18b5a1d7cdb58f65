/** One field of the result record and the column that holds it. */
export interface FieldColumn {
  readonly field: string;
  /** Type of the column in `http_logs`. */
  readonly type: string;
  /** Type that the value is extracted as; a value that does not fit gives its zero (or null), never an error. */
  readonly extract: string;
}

const text = (field: string): FieldColumn => ({ field, type: 'String', extract: 'String' });
const word = (field: string): FieldColumn => ({ field, type: 'LowCardinality(String)', extract: 'String' });
const number = (field: string, type: string): FieldColumn => ({ field, type, extract: type });

/** Fields whose column has the field's name and value. Order as in the seed's table, then what later versions added. */
export const PLAIN_COLUMNS: readonly FieldColumn[] = [
  number('src_port', 'UInt16'),
  number('dst_port', 'UInt16'),
  number('correlated', 'UInt8'),
  number('keepalives', 'UInt16'),
  word('method'),
  word('scheme'),
  word('host'),
  text('path'),
  text('query'),
  word('http_version'),
  word('orphan_side'),
  word('orphan_reason'),
  number('orphan_nearest_ms', 'Nullable(UInt64)'),
  number('a_timestamp', 'UInt64'),
  number('b_timestamp', 'UInt64'),
  text('conn_id'),
  number('ip_meta_df', 'UInt8'),
  number('ip_meta_id', 'UInt32'),
  number('ip_meta_total_length', 'UInt32'),
  number('ip_meta_ttl', 'UInt8'),
  word('tcp_meta_options'),
  number('tcp_meta_window_size', 'UInt32'),
  number('syn_to_clienthello_ms', 'Int32'),
  word('tls_version'),
  word('tls_sni'),
  text('ja3'),
  text('ja3_hash'),
  text('ja4'),
];

/** Fields that more than one column, or another kind of column, is made of; extracted as text. */
export const SOURCE_FIELDS: readonly string[] = ['time', 'timestamp', 'src_ip', 'dst_ip'];

/** Every field that has a column of its own, so that `extra` need not hold it again. */
export const TYPED_FIELDS: readonly string[] = [...SOURCE_FIELDS, ...PLAIN_COLUMNS.map((column) => column.field)];

/** Where a row stands in the event log, and when its line arrived; on both tables. */
export const PROVENANCE: readonly { readonly name: string; readonly type: string; readonly note: string }[] = [
  { name: '_topic', type: 'LowCardinality(String)', note: 'topic of the result record' },
  { name: '_partition', type: 'UInt32', note: 'its partition' },
  { name: '_offset', type: 'UInt64', note: 'its offset; topic, partition and offset occur once' },
  { name: '_arrived_at', type: "DateTime64(3, 'UTC')", note: "when the source's line arrived on its socket" },
];

/** Columns of the raw table, in the order of an inserted row. */
export const RAW_COLUMNS: readonly string[] = ['raw_json', 'extra_json', ...PROVENANCE.map(({ name }) => name)];
