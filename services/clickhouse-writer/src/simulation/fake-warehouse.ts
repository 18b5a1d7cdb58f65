import type { InsertRange, OffsetRange, SchemaProblem, Warehouse } from '@logweave/warehouse';
import { insertToken, STREAM_TABLES, type Stream, type TableRole, WarehouseError } from '@logweave/warehouse';
import { decodeRows, RAW_LOGS, UDM_EVENTS } from '@logweave/warehouse/testing';

/** A row by its place in the log. */
export interface FakeRow {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/**
 * What the next insert meets. `lost_answer`: applied, and the caller hears of a timeout. `partly_too_large`: of its parts
 * one is there when memory ends.
 */
export type FakeFault = 'refused' | 'lost_answer' | 'too_large' | 'partly_too_large';

export type FakeConnection = Pick<
  Warehouse,
  'migrate' | 'schemaProblems' | 'insertRange' | 'insertFromRaw' | 'countRange'
>;

/**
 * ClickHouse in memory, as far as the writer can tell: tables with a token window each, between two of them a view that
 * may refuse rows while the raw table keeps them, outages, lost answers.
 */
export class FakeWarehouse implements Readonly<Record<TableRole, readonly FakeRow[]>> {
  readonly raw: FakeRow[] = [];
  readonly logs: FakeRow[] = [];
  readonly rawLogs: FakeRow[] = [];
  readonly udmEvents: FakeRow[] = [];
  readonly tokens: string[] = [];
  /** Values that the view refuses, or the table itself that is inserted into. */
  refusedByView: (value: string) => boolean = () => false;
  refusedByRaw: (value: string) => boolean = () => false;
  down = false;
  /** While set, inserts wait for it before anything happens. */
  gate: Promise<void> | null = null;
  problems: readonly SchemaProblem[] = [];
  /** Of the tables of one stream. */
  readonly problemsOf = new Map<Stream, readonly SchemaProblem[]>();
  readonly faults: FakeFault[] = [];
  migrations = 0;
  /** Inserts that were tried, successful or not. */
  attempts = 0;
  readonly #tokens = new Map<TableRole, Set<string>>();

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
      schemaProblems: async (stream) => {
        await arrive();
        return [...this.problems, ...((stream && this.problemsOf.get(stream)) ?? [])];
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
    this.#checkTables(range.stream);
    if (rows.some((row) => this.refusedByRaw(row.value)))
      throw new WarehouseError('row', 469, 'insert: CONSTRAINT (469)');
    const token = insertToken(range);
    this.tokens.push(token);
    const { into, arrive } = STREAM_TABLES[range.stream];
    if (fault === 'partly_too_large') {
      this.#store(into, `${token} first part`, rows.slice(0, 1));
      throw new WarehouseError('retryable', 241, 'insert: MEMORY_LIMIT_EXCEEDED (241)');
    }
    const missing = this.#tokens.get(into)?.has(`${token} first part`) === true ? rows.slice(1) : rows;
    this.#store(into, token, missing);
    if (into !== arrive) this.#throughView(token, rows);
    if (fault === 'lost_answer') throw new WarehouseError('retryable', null, 'insert: Timeout error.');
  }

  async #insertFromRaw(range: OffsetRange): Promise<void> {
    this.attempts++;
    await this.gate;
    this.#checkTables('correlated');
    const token = insertToken(range);
    this.tokens.push(`${token} from raw`);
    this.#throughView(token, this.raw.filter(within(range)));
  }

  #throughView(token: string, rows: readonly FakeRow[]): void {
    if (rows.some((row) => this.refusedByView(row.value))) throw new WarehouseError('row', 675, 'insert: IPV4 (675)');
    this.#store('logs', token, rows);
  }

  #store(table: TableRole, token: string, rows: readonly FakeRow[]): void {
    const tokens = this.#tokens.get(table) ?? new Set();
    this.#tokens.set(table, tokens);
    if (!tokens.has(token)) this[table].push(...rows);
    tokens.add(token);
  }

  #checkTables(stream: Stream): void {
    const [problem] = [...this.problems, ...(this.problemsOf.get(stream) ?? [])];
    if (problem === undefined) return;
    throw new WarehouseError('schema', problem.column === null ? 60 : 16, `insert: ${problem.table}`);
  }
}

const RESULT_COLUMNS = [
  { name: 'raw_json', type: 'String' },
  { name: 'extra_json', type: 'String' },
  { name: '_topic', type: 'String' },
  { name: '_partition', type: 'UInt32' },
  { name: '_offset', type: 'UInt64' },
  { name: '_arrived_at', type: 'DateTime64(3)' },
];

function rowsOf({ stream, rows }: InsertRange): readonly FakeRow[] {
  const { columns, value } = {
    correlated: { columns: RESULT_COLUMNS, value: 'raw_json' },
    raw: { columns: RAW_LOGS.columns, value: 'raw' },
    udm: { columns: UDM_EVENTS.columns, value: 'event_json' },
  }[stream];
  return decodeRows(columns, rows).map((row) => ({
    value: String(row[value]),
    partition: Number(row['_partition']),
    offset: Number(row['_offset']),
  }));
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
