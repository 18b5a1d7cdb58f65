import { createHash } from 'node:crypto';
import { RAW_LOGS } from './raw-logs-table.ts';
import { addExtraJson, createResultTables, type TableNames } from './schema.ts';
import { identifier, quoted } from './sql-text.ts';
import { createTable } from './table.ts';
import { UDM_EVENTS } from './udm-events-table.ts';

/** One step of the schema. Steps are never changed once released: a new one is added. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** What a migration run did, or would do. */
export interface MigrationResult {
  /** Versions that were there before. */
  readonly alreadyApplied: readonly number[];
  /** Steps that this run applied, or with `dryRun` would apply, with their statements. */
  readonly steps: readonly Migration[];
  readonly dryRun: boolean;
}

/** What the runner needs of a client. */
export interface MigrationClient {
  command(sql: string, options?: { readonly withoutDatabase?: boolean }): Promise<void>;
  rows<T>(sql: string): Promise<readonly T[]>;
}

const MIGRATIONS_TABLE = 'logweave_migrations';

/** Every step, oldest first, for tables of these names. */
function migrationsFor(tables: TableNames): readonly Migration[] {
  return [
    { version: 1, name: 'raw and enriched table, view between them', statements: createResultTables(tables) },
    {
      version: 2,
      name: 'the rest of the fields beside raw_json, fewer files and merges',
      statements: addExtraJson(tables),
    },
    {
      version: 3,
      name: 'raw logs and events of the Unified Data Model',
      statements: [createTable(tables.rawLogs, RAW_LOGS), createTable(tables.udmEvents, UDM_EVENTS)],
    },
  ];
}

/** The database has a schema that this version does not know; going on could harm it. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/**
 * Brings the schema up to date. Every statement can run twice, so that an interrupted run is continued by the next and
 * two at once do no harm. Steps are recorded per raw table, whose name is configurable.
 * @throws NewerSchemaError, and what the client throws.
 */
export async function migrate(
  client: MigrationClient,
  database: string,
  tables: TableNames,
  options: { readonly dryRun: boolean },
): Promise<MigrationResult> {
  const known = migrationsFor(tables);
  const newest = known.at(-1)?.version ?? 0;
  const alreadyApplied = await appliedVersions(client, database, tables.raw);
  const tooNew = alreadyApplied.find((version) => version > newest);
  if (tooNew !== undefined) {
    throw new NewerSchemaError(
      `The database ${database} has schema version ${tooNew}; this program knows up to ${newest}. Use a newer program.`,
    );
  }
  const steps = known.filter(({ version }) => !alreadyApplied.includes(version));
  if (options.dryRun || steps.length === 0) return { alreadyApplied, steps, dryRun: options.dryRun };

  await client.command(`CREATE DATABASE IF NOT EXISTS ${identifier(database)}`, { withoutDatabase: true });
  await client.command(`CREATE TABLE IF NOT EXISTS ${MIGRATIONS_TABLE}
(
  raw_table String,
  version UInt32,
  name String,
  checksum String COMMENT 'SHA-256 of the statements',
  applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (raw_table, version)`);
  for (const step of steps) {
    for (const statement of step.statements) await client.command(statement);
    const values = [quoted(tables.raw), step.version, quoted(step.name), quoted(checksum(step))].join(', ');
    await client.command(`INSERT INTO ${MIGRATIONS_TABLE} (raw_table, version, name, checksum) VALUES (${values})`);
  }
  return { alreadyApplied, steps, dryRun: false };
}

async function appliedVersions(client: MigrationClient, database: string, raw: string): Promise<readonly number[]> {
  const there = await client.rows<{ n: string }>(
    `SELECT toString(count()) AS n FROM system.tables WHERE database = ${quoted(database)} AND name = ${quoted(MIGRATIONS_TABLE)}`,
  );
  if (there[0]?.n === '0') return [];
  const rows = await client.rows<{ version: number }>(
    `SELECT DISTINCT version FROM ${identifier(database)}.${MIGRATIONS_TABLE} WHERE raw_table = ${quoted(raw)} ORDER BY version`,
  );
  return rows.map((row) => row.version);
}

function checksum(step: Migration): string {
  return createHash('sha256').update(step.statements.join(';\n')).digest('hex');
}
