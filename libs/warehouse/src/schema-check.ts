import { expectedColumns, type TableNames, viewName } from './schema.ts';
import { quoted } from './sql-text.ts';
import { STREAM_TABLES, type Stream } from './streams.ts';

/** One thing about the tables that is not as the migrations made it. The message names table and column. */
export interface SchemaProblem {
  readonly table: string;
  readonly column: string | null;
  readonly message: string;
}

export interface SchemaRows {
  readonly tables: readonly { readonly name: string }[];
  readonly columns: readonly { readonly table: string; readonly name: string; readonly type: string }[];
}

/** The statements that `findSchemaProblems` needs the rows of. */
export function schemaQueries(
  database: string,
  tables: TableNames,
  stream: Stream,
): { readonly tables: string; readonly columns: string } {
  const names = [...expectedColumns(tables, stream).keys(), viewBehind(tables, stream)]
    .filter((name) => name !== null)
    .map(quoted)
    .join(', ');
  return {
    tables: `SELECT name FROM system.tables WHERE database = ${quoted(database)} AND name IN (${names})`,
    columns: `SELECT table, name, type FROM system.columns WHERE database = ${quoted(database)} AND table IN (${names})`,
  };
}

/** Compares what is there with what should be. Columns that somebody added are no problem. */
export function findSchemaProblems(tables: TableNames, stream: Stream, rows: SchemaRows): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const there = new Set(rows.tables.map((row) => row.name));
  for (const [table, columns] of expectedColumns(tables, stream)) {
    if (!there.has(table)) {
      problems.push({ table, column: null, message: `table ${table} is missing` });
      continue;
    }
    const found = new Map(rows.columns.filter((row) => row.table === table).map((row) => [row.name, row.type]));
    for (const [column, type] of columns) {
      const actual = found.get(column);
      if (actual === undefined) {
        problems.push({ table, column, message: `column ${column} of table ${table} is missing` });
      } else if (comparable(actual) !== comparable(type)) {
        problems.push({
          table,
          column,
          message: `column ${column} of table ${table} is ${short(actual)}, not ${short(type)}`,
        });
      }
    }
  }
  const view = viewBehind(tables, stream);
  if (view !== null && !there.has(view))
    problems.push({ table: view, column: null, message: `materialised view ${view} is missing` });
  return problems;
}

/** Name of the view that a stream needs, or null. */
function viewBehind(tables: TableNames, stream: Stream): string | null {
  const { into, arrive } = STREAM_TABLES[stream];
  return into === arrive ? null : viewName(tables);
}

// The server sorts and spaces the parts of a JSON type as it likes; that it is JSON is what matters.
function comparable(type: string): string {
  return type.startsWith('JSON') || type.startsWith('Object(') ? 'JSON' : type.replaceAll(' ', '');
}

function short(type: string): string {
  return type.length > 60 ? `${type.slice(0, 57)}...` : type;
}
