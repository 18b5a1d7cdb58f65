/** One statement as it came over HTTP, before anything is made of its SQL. */
export interface Statement {
  readonly sql: string;
  /** Data of an INSERT, or null. */
  readonly data: Buffer | null;
  readonly database: string | null;
  /** Values of `{name:Type}` placeholders, in ClickHouse's escaped text form. */
  readonly params: ReadonlyMap<string, string>;
  /** Settings of this statement alone. */
  readonly settings: ReadonlyMap<string, string>;
  /** Format of a result whose SQL names none. */
  readonly defaultFormat: string;
  /** Statements of GET requests change nothing. */
  readonly readOnly: boolean;
}

// Keys of the URL that mean something to the HTTP interface and nothing to the engine.
const NOT_SETTINGS: ReadonlySet<string> = new Set([
  'query',
  'query_id',
  'database',
  'user',
  'password',
  'default_format',
  'session_timeout',
  'session_check',
  'close_session',
  'role',
  'quota_key',
  'stacktrace',
  'buffer_size',
  'wait_end_of_query',
  'enable_http_compression',
  'http_zlib_compression_level',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
]);

/**
 * Builds the statement of a request. SQL in `query` and in the body are one text, as in ClickHouse; an INSERT with a
 * FORMAT in `query` takes the body as its data.
 */
export function readStatement(url: URLSearchParams, body: Buffer, method: string, headerDatabase?: string): Statement {
  const params = new Map<string, string>();
  const settings = new Map<string, string>();
  for (const [name, value] of url) {
    if (name.startsWith('param_')) params.set(name.slice('param_'.length), value);
    else if (!NOT_SETTINGS.has(name)) settings.set(name, value);
  }
  const inUrl = url.get('query');
  const takesData = inUrl !== null && /^\s*INSERT\s/i.test(inUrl);
  const bodyText = takesData ? '' : body.toString('utf8');
  return {
    sql: [inUrl ?? '', bodyText].filter((part) => part.trim() !== '').join('\n'),
    data: takesData && body.length > 0 ? body : null,
    database: url.get('database') ?? headerDatabase ?? null,
    params,
    settings,
    defaultFormat: url.get('default_format') ?? 'TabSeparated',
    readOnly: method === 'GET',
  };
}

/** The format that a result will have. */
export function formatOf(statement: Statement): string {
  const named = /\bFORMAT\s+([A-Za-z0-9_]+)\s*(?:SETTINGS\s[^']*)?;?\s*$/i.exec(statement.sql)?.[1];
  return named ?? statement.defaultFormat;
}

const NAME = '(?:`[A-Za-z0-9_]+`|"[A-Za-z0-9_]+"|[A-Za-z0-9_]+)';
const INSERT = new RegExp(
  `^\\s*INSERT\\s+INTO\\s+(?:TABLE\\s+)?(${NAME}(?:\\.${NAME})?)\\s*(?:\\(([^()]*)\\))?\\s*FORMAT\\s+([A-Za-z]+)\\s*;?\\s*$`,
  'i',
);

/** An INSERT that comes with its data. */
export interface InsertTarget {
  readonly table: string;
  readonly columns: readonly string[] | null;
  readonly format: string;
}

/** Reads `INSERT INTO table [(columns)] FORMAT name`; null when the SQL is anything else. */
export function readInsert(sql: string): InsertTarget | null {
  const match = INSERT.exec(sql);
  if (match === null) return null;
  const [, table = '', columns, format = ''] = match;
  const names = columns === undefined ? null : columns.split(',').map((name) => unquote(name.trim()));
  if (names?.some((name) => !/^[A-Za-z0-9_]+$/.test(name))) return null;
  return { table: table.split('.').map(unquote).join('.'), columns: names, format };
}

function unquote(name: string): string {
  return name.replace(/^(["`])(.*)\1$/, '$2');
}
