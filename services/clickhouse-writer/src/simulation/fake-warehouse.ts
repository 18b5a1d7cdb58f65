import type { InsertRange, OffsetRange, SchemaProblem, Warehouse } from '@logweave/warehouse';
import { insertToken, WarehouseError } from '@logweave/warehouse';

/** A row by its place in the log. */
export interface FakeRow {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** What the next insert meets. `lost_answer`: applied, and the caller hears of a timeout. */
export type FakeFault = 'refused' | 'lost_answer' | 'too_large';

export type FakeConnection = Pick<
  Warehouse,
  'migrate' | 'schemaProblems' | 'insertRange' | 'insertFromRaw' | 'countRange'
>;

/**
 * ClickHouse in memory, as far as the writer can tell: two tables with a token window each, a view between them that
 * may refuse rows while the raw table keeps them, outages, lost answers.
 */
export class FakeWarehouse {
  readonly raw: FakeRow[] = [];
  readonly logs: FakeRow[] = [];
  readonly tokens: string[] = [];
  /** Values that the view refuses, or the raw table itself. */
  refusedByView: (value: string) => boolean = () => false;
  refusedByRaw: (value: string) => boolean = () => false;
  down = false;
  /** While set, inserts wait for it before anything happens. */
  gate: Promise<void> | null = null;
  problems: readonly SchemaProblem[] = [];
  readonly faults: FakeFault[] = [];
  migrations = 0;
  /** Inserts that were tried, successful or not. */
  attempts = 0;
  readonly #rawTokens = new Set<string>();
  readonly #logTokens = new Set<string>();

  /** One process's connection; once `alive` says no, its calls neither arrive nor return. */
  connect(alive: () => boolean = () => true): FakeConnection {
    const arrive = async (): Promise<void> => {
      if (!alive()) await new Promise<never>(() => {});
      if (this.down) throw new WarehouseError('retryable', null, 'insert: ECONNREFUSED');
    };
    const back = async <T>(result: T): Promise<T> => (alive() ? result : new Promise<never>(() => {}));
    return {
      migrate: async () => {
        await arrive();
        this.migrations++;
        return { alreadyApplied: [1], steps: [], dryRun: false };
      },
      schemaProblems: async () => {
        await arrive();
        return this.problems;
      },
      insertRange: async (range, signal) => {
        await arrive();
        await back(await untilAborted(this.#insert(range, rowsOf(range)), signal));
      },
      insertFromRaw: async (range, signal) => {
        await arrive();
        await back(await untilAborted(this.#insertFromRaw(range), signal));
      },
      countRange: async (table, range) => {
        await arrive();
        return back(this[table].filter(within(range)).length);
      },
    };
  }

  async #insert(range: InsertRange, rows: readonly FakeRow[]): Promise<void> {
    this.attempts++;
    await this.gate;
    const fault = this.faults.shift();
    if (fault === 'refused') throw new WarehouseError('retryable', 252, 'insert: TOO_MANY_PARTS (252)');
    if (fault === 'too_large') throw new WarehouseError('retryable', 241, 'insert: MEMORY_LIMIT_EXCEEDED (241)');
    this.#checkTables();
    if (rows.some((row) => this.refusedByRaw(row.value)))
      throw new WarehouseError('row', 469, 'insert: CONSTRAINT (469)');
    const token = insertToken(range);
    this.tokens.push(token);
    if (!this.#rawTokens.has(token)) this.raw.push(...rows);
    this.#rawTokens.add(token);
    this.#throughView(token, rows);
    if (fault === 'lost_answer') throw new WarehouseError('retryable', null, 'insert: Timeout error.');
  }

  async #insertFromRaw(range: OffsetRange): Promise<void> {
    this.attempts++;
    await this.gate;
    this.#checkTables();
    const token = insertToken(range);
    this.tokens.push(`${token} from raw`);
    this.#throughView(token, this.raw.filter(within(range)));
  }

  #throughView(token: string, rows: readonly FakeRow[]): void {
    if (rows.some((row) => this.refusedByView(row.value))) throw new WarehouseError('row', 675, 'insert: IPV4 (675)');
    if (!this.#logTokens.has(token)) this.logs.push(...rows);
    this.#logTokens.add(token);
  }

  #checkTables(): void {
    const [problem] = this.problems;
    if (problem === undefined) return;
    throw new WarehouseError('schema', problem.column === null ? 60 : 16, `insert: ${problem.table}`);
  }
}

/** Reads RowBinary: record, the rest of its fields, topic, partition, offset, arrival. */
function rowsOf({ rows }: InsertRange): readonly FakeRow[] {
  const found: FakeRow[] = [];
  let at = 0;
  const string = (): string => {
    let length = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80; shift += 7) length += ((byte = rows[at++] as number) & 0x7f) << shift;
    at += length;
    return rows.toString('utf8', at - length, at);
  };
  while (at < rows.length) {
    const value = string();
    string();
    string();
    found.push({ value, partition: rows.readUInt32LE(at), offset: Number(rows.readBigUInt64LE(at + 4)) });
    at += 4 + 8 + 8;
  }
  return found;
}

/** The insert goes on; only the caller no longer waits. */
function untilAborted(insert: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new WarehouseError('retryable', null, 'insert: aborted')));
    insert.then(resolve, reject);
  });
}

function within(range: OffsetRange): (row: FakeRow) => boolean {
  return ({ partition, offset }) =>
    partition === range.partition && offset >= range.firstOffset && offset <= range.lastOffset;
}
