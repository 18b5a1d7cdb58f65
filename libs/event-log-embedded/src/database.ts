import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { EventLogError } from '@logweave/event-log';

/** Raised whenever what is stored changes its meaning. */
const SCHEMA_VERSION = 1;
/** "Lgwv": tells `file` and us that a database is an event log. */
const APPLICATION_ID = 0x4c677776;
const PAGE_BYTES = 4096;
/** The write-ahead log is cut back to this after a checkpoint, however long it once was. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
/**
 * How long opening waits for a lock. After a crash whoever comes first, and that may be a reader, rebuilds the index of
 * the write-ahead log; the others have to wait for it.
 */
const OPEN_TIMEOUT_MS = 30_000;

/**
 * Batches lie in one b-tree, clustered by `partition id * 2^40 + base offset`: appends go to the right edge of their
 * partition, a read is one descent and a scan.
 */
const SCHEMA = `
CREATE TABLE topics (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_partition INTEGER NOT NULL, partitions INTEGER NOT NULL,
  cleanup TEXT NOT NULL, retention_ms INTEGER, retention_bytes INTEGER, max_record_bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE partitions (
  id INTEGER PRIMARY KEY, low INTEGER NOT NULL, next INTEGER NOT NULL, bytes INTEGER NOT NULL, cleaned INTEGER NOT NULL
) STRICT;
CREATE TABLE batches (
  id INTEGER PRIMARY KEY, span INTEGER NOT NULL, records INTEGER NOT NULL, max_timestamp_ms REAL NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE TABLE committed_offsets (
  consumer_group TEXT NOT NULL, partition INTEGER NOT NULL, committed INTEGER NOT NULL, metadata TEXT NOT NULL,
  PRIMARY KEY (consumer_group, partition)
) STRICT, WITHOUT ROWID;
CREATE TABLE transactional_ids (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

export interface WritableOptions {
  /** Bytes that the file may have; appends wait when it is full, as on a full disk. Null: what the disk has. */
  readonly maxBytes: number | null;
}

/** Opens or creates the database for its one writer. @throws EventLogError `corrupt`, `unavailable`. */
export function openWritable(path: string, options: WritableOptions): DatabaseSync {
  createPrivately(path);
  const database = open(path, false);
  try {
    // auto_vacuum only takes effect before the first table exists, so it comes first.
    database.exec(`
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
      PRAGMA foreign_keys = OFF;
    `);
    if (options.maxBytes !== null) {
      database.exec(`PRAGMA max_page_count = ${Math.max(64, Math.floor(options.maxBytes / PAGE_BYTES))}`);
    }
    if (readPragma(database, 'user_version') === 0 && readPragma(database, 'page_count') <= 1) {
      database.exec(`BEGIN IMMEDIATE; ${SCHEMA}
        PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
    }
    checkVersion(database, path);
    database.exec('PRAGMA busy_timeout = 1000');
    return database;
  } catch (error) {
    database.close();
    throw asEventLogError(error, `cannot open the event log ${path}`);
  }
}

/** Opens an existing database beside its writer. @throws EventLogError `corrupt`, `unavailable`. */
export function openReadOnly(path: string): DatabaseSync {
  const database = open(path, true);
  try {
    checkVersion(database, path);
    database.exec('PRAGMA busy_timeout = 5000');
    return database;
  } catch (error) {
    database.close();
    throw asEventLogError(error, `cannot open the event log ${path}`);
  }
}

export function readPragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get();
  const value = row === undefined ? undefined : Object.values(row)[0];
  if (typeof value !== 'number') throw new Error(`PRAGMA ${name} gave no number`);
  return value;
}

/** The log holds what users did: nobody else may read it. SQLite gives `-wal` and `-shm` the mode of the database. */
function createPrivately(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    throw asEventLogError(error, `cannot create the event log ${path}`);
  }
}

function open(path: string, readOnly: boolean): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly, timeout: OPEN_TIMEOUT_MS });
  } catch (error) {
    throw asEventLogError(error, `cannot open the event log ${path}`);
  }
}

function checkVersion(database: DatabaseSync, path: string): void {
  if (readPragma(database, 'application_id') !== APPLICATION_ID) {
    throw new EventLogError('corrupt', `${path} is not an event log`);
  }
  const version = readPragma(database, 'user_version');
  if (version !== SCHEMA_VERSION) {
    throw new EventLogError('corrupt', `${path} has schema ${version}; this program knows ${SCHEMA_VERSION}`);
  }
}

const SQLITE = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
};
const PASSING: readonly number[] = [
  SQLITE.busy,
  SQLITE.locked,
  SQLITE.noMemory,
  SQLITE.ioError,
  SQLITE.full,
  SQLITE.cannotOpen,
];

/**
 * SQLite's error as the port has it: damage is `corrupt`, anything else `unavailable`, which is retriable for what can
 * pass by itself (a full disk, an I/O error) and not for what is wrong with us.
 */
export function asEventLogError(error: unknown, what: string): EventLogError {
  if (error instanceof EventLogError) return error;
  const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
  const code = sqliteCode(error);
  if (code === SQLITE.corrupt || code === SQLITE.notADatabase) {
    return new EventLogError('corrupt', message, { cause: error });
  }
  return new EventLogError('unavailable', message, { cause: error, retriable: PASSING.includes(code) });
}

/**
 * Whether a COMMIT that failed so may be found applied after a crash: when the disk failed while the log was written or
 * synced. Not when SQLite refused before that.
 */
export function mayHaveBeenApplied(error: unknown): boolean {
  return sqliteCode(error) === SQLITE.ioError;
}

function sqliteCode(error: unknown): number {
  if (error instanceof Error && 'errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  return 0;
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE.busy;
}
