export { parseDsn, type WarehouseAddress } from './dsn.ts';
export { type Migration, type MigrationResult, NewerSchemaError } from './migrations.ts';
export type { Counts, Double, OrphanTally, PlaceTally, Tally } from './queries.ts';
export { createRowEncoder, type RowEncoder, type SourceRecord } from './row-encoder.ts';
export { DEDUPLICATION_WINDOW, LOGS_TABLE, type TableNames } from './schema.ts';
export type { SchemaProblem } from './schema-check.ts';
export { STREAM_TABLES, STREAMS, type Stream, type StreamTables, type TableRole } from './streams.ts';
export {
  createWarehouse,
  type InsertRange,
  insertToken,
  type OffsetRange,
  type Warehouse,
  type WarehouseConfig,
} from './warehouse.ts';
export { MEMORY_LIMIT_EXCEEDED, WarehouseError, type WarehouseErrorKind } from './warehouse-error.ts';
