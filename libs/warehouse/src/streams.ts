import type { TableNames } from './schema.ts';

/** What is written to ClickHouse, each from the topic of that name. */
export const STREAMS = ['correlated', 'raw', 'udm'] as const;
export type Stream = (typeof STREAMS)[number];

/** A table by its role; `TableNames` has its name. */
export type TableRole = keyof TableNames;

/** Where the records of a stream go. */
export interface StreamTables {
  /** The table that they are inserted into. */
  readonly into: TableRole;
  /** The table where their rows arrive: the same one, or one that a view fills from it. */
  readonly arrive: TableRole;
}

export const STREAM_TABLES: Readonly<Record<Stream, StreamTables>> = {
  correlated: { into: 'raw', arrive: 'logs' },
  raw: { into: 'rawLogs', arrive: 'rawLogs' },
  udm: { into: 'udmEvents', arrive: 'udmEvents' },
};
