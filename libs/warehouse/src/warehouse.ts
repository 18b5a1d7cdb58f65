import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { type MigrationResult, migrate } from './migrations.ts';
import type { Counts, Double, OrphanTally, PlaceTally, Tally } from './queries.ts';
import * as queries from './queries.ts';
import { RAW_LOGS_TABLE } from './raw-logs-table.ts';
import { insertedColumns, LOGS_COLUMNS, LOGS_TABLE, selectFromRaw, type TableNames } from './schema.ts';
import { findSchemaProblems, type SchemaProblem, schemaQueries } from './schema-check.ts';
import { identifier } from './sql-text.ts';
import { STREAM_TABLES, STREAMS, type Stream, type TableRole } from './streams.ts';
import { UDM_EVENTS_TABLE } from './udm-events-table.ts';
import { toWarehouseError } from './warehouse-error.ts';

export interface WarehouseConfig {
  /** `http://host:8123` or `https://host:8443`; see `parseDsn`. */
  readonly url: string;
  readonly user: string;
  readonly password?: string;
  /** Read anew for every request, so that a password can be changed under load. Goes before `password`. */
  readonly passwordFile?: string | null;
  readonly database: string;
  /** The raw table; the seed's `table`. */
  readonly rawTable: string;
  /** How long an insert may take before it counts as lost (and is sent again with the same token). */
  readonly requestTimeoutMs: number;
  /** gzip for what is sent; worth it over a network, not on one machine. */
  readonly compress?: boolean;
  /** PEM files: the authority of the server's certificate, and for mutual TLS our own certificate and key. */
  readonly tls?: {
    readonly caFile: string;
    readonly certFile?: string | null;
    readonly keyFile?: string | null;
  } | null;
}

/** Rows of consecutive records of one partition; `firstOffset` and `lastOffset` are those of the first and last row. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

export interface InsertRange extends OffsetRange {
  /** Says the table. */
  readonly stream: Stream;
  /** RowBinary as the `RowEncoder` of the stream builds it. */
  readonly rows: Buffer;
}

/** ClickHouse as the services see it. Every method throws `WarehouseError` only. */
export interface Warehouse {
  readonly tables: TableNames;
  /** Throws unless the server answers and takes user and password. */
  ping(): Promise<void>;
  /** @throws NewerSchemaError as well. */
  migrate(options: { readonly dryRun: boolean }): Promise<MigrationResult>;
  /** What differs from the schema that the migrations make, in all tables or those of a stream; empty when all is well. */
  schemaProblems(stream?: Stream): Promise<readonly SchemaProblem[]>;
  /**
   * Inserts into the table of the stream, and through a view into the one behind it, if any. The token is the range: the
   * same range again is dropped by the server, whatever it holds. When the view fails, the rows stay in the first table.
   * The signal ends the waiting, not the insert.
   */
  insertRange(range: InsertRange, signal?: AbortSignal): Promise<void>;
  /** How many rows of the range a table holds. */
  countRange(table: TableRole, range: OffsetRange): Promise<number>;
  /** Fills the table of results from their raw one for a range that the view failed on. The token is the range's here too. */
  insertFromRaw(range: OffsetRange, signal?: AbortSignal): Promise<void>;
  counts(): Promise<Counts>;
  topJa4(limit: number): Promise<readonly Tally[]>;
  topUserAgents(limit: number): Promise<readonly Tally[]>;
  orphans(): Promise<readonly OrphanTally[]>;
  /** See `doublesQuery`. */
  doubles(table: TableRole, limit: number): Promise<readonly Double[]>;
  missingFromLogs(limit: number): Promise<readonly Double[]>;
  /** See `placesQuery`. */
  places(table: TableRole): Promise<readonly PlaceTally[]>;
  /** Any SELECT, read-only and bounded in time and result. */
  select<T>(sql: string, params?: Record<string, unknown>): Promise<readonly T[]>;
  close(): Promise<void>;
}

/** The deduplication token of a range. */
export function insertToken(range: OffsetRange): string {
  return `${range.topic}-${range.partition}-${range.firstOffset}-${range.lastOffset}`;
}

const INSERT_SETTINGS: ClickHouseSettings = {
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // An acknowledgement means: stored, and through the view.
  async_insert: 0,
  materialized_views_ignore_errors: 0,
  // One block a range, the same one at every replay.
  input_format_parallel_parsing: 0,
  // A batch may hold events of any time; a limit would refuse it for ever.
  max_partitions_per_insert_block: '0',
  // A field twice in `extra` is no reason to refuse a row; `raw_json` keeps both.
  type_json_skip_duplicated_paths: 1,
};

const SELECT_SETTINGS: ClickHouseSettings = {
  max_execution_time: 60,
  max_result_rows: '1000000',
  readonly: '2',
  // As text: a JavaScript number loses the last digits of a nanosecond.
  output_format_json_quote_64bit_integers: 1,
};

/** Connects lazily: nothing is sent before the first call. */
export function createWarehouse(config: WarehouseConfig): Warehouse {
  return new ClickHouseWarehouse(config);
}

class ClickHouseWarehouse implements Warehouse {
  readonly tables: TableNames;
  readonly #config: WarehouseConfig;
  readonly #client: ClickHouseClient;
  /** Without a database, to create it. */
  readonly #bareClient: ClickHouseClient;

  constructor(config: WarehouseConfig) {
    this.#config = config;
    this.tables = {
      raw: identifier(config.rawTable),
      logs: LOGS_TABLE,
      rawLogs: RAW_LOGS_TABLE,
      udmEvents: UDM_EVENTS_TABLE,
    };
    this.#client = connect(config, identifier(config.database));
    this.#bareClient = connect(config, 'default');
  }

  ping(): Promise<void> {
    return this.#call('ping', async () => {
      await this.#rows('SELECT 1', {});
    });
  }

  migrate(options: { readonly dryRun: boolean }): Promise<MigrationResult> {
    const client = {
      command: (sql: string, where?: { readonly withoutDatabase?: boolean }): Promise<void> =>
        this.#command(sql, 'migrate', where?.withoutDatabase ? this.#bareClient : this.#client),
      rows: <T>(sql: string): Promise<readonly T[]> => this.#select<T>('migrate', sql, {}, this.#bareClient),
    };
    return migrate(client, this.#config.database, this.tables, options);
  }

  async schemaProblems(stream?: Stream): Promise<readonly SchemaProblem[]> {
    if (stream === undefined) return (await Promise.all(STREAMS.map((each) => this.schemaProblems(each)))).flat();
    const sql = schemaQueries(this.#config.database, this.tables, stream);
    const tables = await this.#select<{ name: string }>('check schema', sql.tables, {}, this.#bareClient);
    const columns = await this.#select<{ table: string; name: string; type: string }>(
      'check schema',
      sql.columns,
      {},
      this.#bareClient,
    );
    return findSchemaProblems(this.tables, stream, { tables, columns });
  }

  insertRange(range: InsertRange, signal?: AbortSignal): Promise<void> {
    const table = this.tables[STREAM_TABLES[range.stream].into];
    return this.#call(`insert into ${table}`, async () => {
      // `insert` of the client would encode objects; the bytes of these rows are ready.
      const { stream } = await this.#client.exec({
        query: `INSERT INTO ${table} (${insertedColumns(range.stream).join(', ')}) FORMAT RowBinary`,
        values: Readable.from([range.rows], { objectMode: false }),
        clickhouse_settings: { ...INSERT_SETTINGS, insert_deduplication_token: insertToken(range) },
        ...(signal === undefined ? {} : { abort_signal: signal }),
        ...(await this.#auth()),
      });
      // An answer that is not read keeps its connection busy.
      await finished(stream.resume());
    });
  }

  async countRange(table: TableRole, range: OffsetRange): Promise<number> {
    const { where, params } = wherePlace(range);
    const sql = `SELECT toFloat64(count()) AS n FROM ${this.tables[table]} WHERE ${where}`;
    const rows = await this.#select<{ n: number }>(`count in ${this.tables[table]}`, sql, params);
    return rows[0]?.n ?? 0;
  }

  insertFromRaw(range: OffsetRange, signal?: AbortSignal): Promise<void> {
    const { where, params } = wherePlace(range);
    // In order and by one thread, so that a replay forms the same block.
    const sql = `INSERT INTO ${this.tables.logs} (${LOGS_COLUMNS.join(', ')})
${selectFromRaw(this.tables, where)}
ORDER BY _offset`;
    return this.#call(`insert into ${this.tables.logs}`, async () => {
      await this.#client.command({
        query: sql,
        query_params: params,
        clickhouse_settings: {
          ...INSERT_SETTINGS,
          max_threads: 1,
          max_insert_threads: '1',
          insert_deduplication_token: insertToken(range),
        },
        ...(signal === undefined ? {} : { abort_signal: signal }),
        ...(await this.#auth()),
      });
    });
  }

  async counts(): Promise<Counts> {
    const rows = await this.#select<Counts>('count', queries.countsQuery(this.tables), {});
    return rows[0] ?? { raw: 0, logs: 0, correlated: 0, orphansA: 0, orphansB: 0 };
  }

  topJa4(limit: number): Promise<readonly Tally[]> {
    return this.#select('top JA4', queries.topJa4Query(this.tables), { limit });
  }

  topUserAgents(limit: number): Promise<readonly Tally[]> {
    return this.#select('top user agents', queries.topUserAgentsQuery(this.tables), { limit });
  }

  orphans(): Promise<readonly OrphanTally[]> {
    return this.#select('orphans', queries.orphansQuery(this.tables), {});
  }

  doubles(table: TableRole, limit: number): Promise<readonly Double[]> {
    return this.#select('look for doubles', queries.doublesQuery(this.tables[table]), { limit });
  }

  missingFromLogs(limit: number): Promise<readonly Double[]> {
    return this.#select('look for missing rows', queries.missingFromLogsQuery(this.tables), { limit });
  }

  places(table: TableRole): Promise<readonly PlaceTally[]> {
    return this.#select('compare places', queries.placesQuery(this.tables[table]), {});
  }

  select<T>(sql: string, params: Record<string, unknown> = {}): Promise<readonly T[]> {
    return this.#select('select', sql, params);
  }

  async close(): Promise<void> {
    await Promise.all([this.#client.close(), this.#bareClient.close()]);
  }

  #select<T>(
    doing: string,
    sql: string,
    params: Record<string, unknown>,
    client = this.#client,
  ): Promise<readonly T[]> {
    return this.#call(doing, () => this.#rows<T>(sql, params, client));
  }

  async #rows<T>(sql: string, params: Record<string, unknown>, client = this.#client): Promise<readonly T[]> {
    const result = await client.query({
      query: sql,
      query_params: params,
      format: 'JSONEachRow',
      clickhouse_settings: SELECT_SETTINGS,
      ...(await this.#auth()),
    });
    return result.json<T>();
  }

  #command(sql: string, doing: string, client: ClickHouseClient): Promise<void> {
    return this.#call(doing, async () => {
      await client.command({ query: sql, ...(await this.#auth()) });
    });
  }

  async #call<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toWarehouseError(error, doing);
    }
  }

  async #auth(): Promise<{ auth?: { username: string; password: string } }> {
    const { user, passwordFile } = this.#config;
    if (passwordFile === undefined || passwordFile === null) return {};
    return { auth: { username: user, password: (await readFile(passwordFile, 'utf8')).trim() } };
  }
}

function connect(config: WarehouseConfig, database: string): ClickHouseClient {
  const { tls } = config;
  const ca = tls ? { ca_cert: readFileSync(tls.caFile) } : null;
  const own =
    tls?.certFile && tls.keyFile ? { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) } : null;
  return createClient({
    url: config.url,
    username: config.user,
    password: config.password ?? '',
    database,
    application: 'logweave',
    request_timeout: config.requestTimeoutMs,
    max_open_connections: 8,
    compression: { request: config.compress ?? false, response: false },
    // What goes wrong is thrown and logged by the caller, without the row data that the client would log.
    log: { level: ClickHouseLogLevel.OFF },
    ...(ca === null ? {} : { tls: own === null ? ca : { ...ca, ...own } }),
  });
}

function wherePlace(range: OffsetRange): { where: string; params: Record<string, unknown> } {
  return {
    where:
      '_topic = {topic:String} AND _partition = {partition:UInt32} AND _offset BETWEEN {first:UInt64} AND {last:UInt64}',
    params: { topic: range.topic, partition: range.partition, first: range.firstOffset, last: range.lastOffset },
  };
}
