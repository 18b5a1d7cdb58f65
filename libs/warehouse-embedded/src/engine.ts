import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drainPending, Session } from 'chdb';
import { engineConfig } from './engine-config.ts';
import { EngineError } from './engine-error.ts';
import { Slots } from './slots.ts';
import { type InsertTarget, readInsert, type Statement } from './statement.ts';
import { openUnnamedFile } from './unnamed-file.ts';

/** What a statement gave. */
export interface EngineResult {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly rowsWritten: number;
  readonly bytesWritten: number;
  readonly elapsedSeconds: number;
}

// Two inserts at once gave no more rows a second on two cores, and cost twice the memory.
const INSERTS_AT_ONCE = 1;
const READS_AT_ONCE = 3;
const MAX_WAITING = 256;

/** What every statement has unless it says otherwise: no statement runs for ever or fills the memory with its result. */
const READ_DEFAULTS: readonly (readonly [string, string])[] = [
  ['max_execution_time', '300'],
  ['max_result_bytes', '268435456'],
];

/**
 * The ClickHouse engine on one data directory. Every statement gets a session of its own, which is thrown away after it:
 * settings, parameters and the current database cannot reach another statement. (chdb keeps them on the session. A
 * deduplication token that stays makes later inserts vanish without an error. Opening a session takes 0.3 ms.)
 */
export class Engine {
  readonly #dataDir: string;
  readonly #inserts = new Slots(INSERTS_AT_ONCE, MAX_WAITING);
  readonly #reads = new Slots(READS_AT_ONCE, MAX_WAITING);
  /** Keeps the engine alive between statements. */
  readonly #keeper: Session;

  /** @throws ChdbConnectionError when another process holds the directory. */
  constructor(dataDir: string, memoryBytes: number) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    this.#dataDir = dataDir;
    const configFile = join(dataDir, 'engine.xml');
    writeFileSync(configFile, engineConfig(memoryBytes), { mode: 0o600 });
    this.#keeper = new Session(dataDir, { connectionArgs: [`--config-file=${configFile}`] });
  }

  version(): string {
    return this.#keeper.query('SELECT version()', 'TabSeparated').trim();
  }

  /** @throws EngineError, or what chdb throws (see `toEngineError`). */
  run(statement: Statement): Promise<EngineResult> {
    if (statement.data !== null) return this.#insert(statement, statement.data);
    if (statement.sql.trim() === '') throw new EngineError(62, 'SYNTAX_ERROR', 'Empty query');
    const slots = /^\s*INSERT\s/i.test(statement.sql) ? this.#inserts : this.#reads;
    return slots.run(() =>
      this.#withSession(statement, async (session) => {
        const result = await session.queryAsync(statement.sql, { format: statement.defaultFormat });
        return {
          bytes: result.bytes(),
          rowsRead: result.rowsRead,
          bytesRead: result.bytesRead,
          rowsWritten: 0,
          bytesWritten: 0,
          elapsedSeconds: result.elapsed,
        };
      }),
    );
  }

  #insert(statement: Statement, data: Buffer): Promise<EngineResult> {
    const target = readInsert(statement.sql);
    if (target === null) {
      throw new EngineError(
        48,
        'NOT_IMPLEMENTED',
        'The embedded engine takes data only for INSERT INTO table (columns) FORMAT name, with settings in the URL.',
      );
    }
    return this.#inserts.run(async () => {
      await using file = await openUnnamedFile(this.#dataDir, data);
      return await this.#withSession(statement, async (session) => {
        const result = await session.queryAsync(insertFrom(file.path, target));
        return {
          bytes: new Uint8Array(0),
          rowsRead: 0,
          bytesRead: 0,
          rowsWritten: result.rowsRead,
          bytesWritten: result.bytesRead,
          elapsedSeconds: result.elapsed,
        };
      });
    });
  }

  async #withSession<T>(statement: Statement, work: (session: Session) => Promise<T>): Promise<T> {
    const session = new Session(this.#dataDir);
    try {
      const sets = [...(statement.data === null ? READ_DEFAULTS : []), ...statement.settings];
      for (const [name, value] of statement.params) sets.push([`param_${identifier(name)}`, value]);
      // Last, since nothing can be set after it.
      if (statement.readOnly) sets.push(['readonly', '2']);
      if (statement.database !== null && statement.database !== 'default') {
        session.query(`USE ${quoteIdentifier(statement.database)}`);
      }
      for (const [name, value] of sets) session.query(`SET ${identifier(name)} = ${quoteString(value)}`);
      return await work(session);
    } finally {
      session.close();
    }
  }

  /** Waits for statements under way and lets the directory go. */
  async close(): Promise<void> {
    await drainPending();
    this.#keeper.close();
  }
}

/**
 * Data goes to the engine in a file. Beside the statement, as chdb's `insert` has it, it would be read as SQL first, token
 * by token (4 µs for a record of 1 kB), and only text could go that way.
 */
function insertFrom(file: string, { table, columns, format }: InsertTarget): string {
  const into = table.split('.').map(quoteIdentifier).join('.');
  const names = columns === null ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`;
  return `INSERT INTO ${into}${names} FROM INFILE ${quoteString(file)} COMPRESSION 'none' FORMAT ${format}`;
}

function identifier(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new EngineError(115, 'UNKNOWN_SETTING', 'A key of the URL is no name of a setting or parameter.');
  }
  return name;
}

function quoteString(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
