import { expect, test } from 'vitest';
import { EngineError, statusOf, toEngineError } from './engine-error.ts';
import { formatOf, readInsert, readStatement } from './statement.ts';

const url = (text: string): URLSearchParams => new URLSearchParams(text);

test('a parameter, a setting and a key of the interface are told apart', () => {
  const statement = readStatement(
    url('param_a=1&max_threads=2&query_id=x&database=d'),
    Buffer.from('SELECT 1'),
    'POST',
  );
  expect(statement.params).toEqual(new Map([['a', '1']]));
  expect(statement.settings).toEqual(new Map([['max_threads', '2']]));
  expect(statement.database).toBe('d');
  expect(statement.sql).toBe('SELECT 1');
  expect(statement.readOnly).toBe(false);
});

test('an INSERT in the URL takes the body as data, byte for byte', () => {
  const body = Buffer.from([0, 255, 10]);
  const statement = readStatement(url('query=INSERT INTO t FORMAT JSONEachRow'), body, 'POST');
  expect(statement.data).toEqual(body);
  expect(statement.sql).toBe('INSERT INTO t FORMAT JSONEachRow');
});

test.each([
  ['INSERT INTO t FORMAT CSV', { table: 't', columns: null, format: 'CSV' }],
  ['insert into db.t (a, `b`) format JSONEachRow;', { table: 'db.t', columns: ['a', 'b'], format: 'JSONEachRow' }],
  ['INSERT INTO TABLE `db`."t" (a) FORMAT JSONEachRow', { table: 'db.t', columns: ['a'], format: 'JSONEachRow' }],
  ['INSERT INTO FUNCTION file(x) FORMAT CSV', null],
  ["INSERT INTO t (a) SETTINGS x='1' FORMAT CSV", null],
  ['INSERT INTO t SELECT 1', null],
  ['SELECT 1 FORMAT CSV', null],
])('%s', (sql, target) => {
  expect(readInsert(sql)).toEqual(target);
});

test('the format is the one that the SQL names, else the default', () => {
  const of = (sql: string): string => formatOf(readStatement(url('default_format=CSV'), Buffer.from(sql), 'POST'));
  expect(of('SELECT 1')).toBe('CSV');
  expect(of('SELECT 1 \nFORMAT JSONEachRow')).toBe('JSONEachRow');
  expect(of('SELECT 1 FORMAT TSV SETTINGS max_threads=1;')).toBe('TSV');
});

test("the engine's errors keep code, type and text", () => {
  const error = toEngineError(new Error('Code: 60. DB::Exception: Table x does not exist. (UNKNOWN_TABLE)'));
  expect({ code: error.code, type: error.type, message: error.message }).toEqual({
    code: 60,
    type: 'UNKNOWN_TABLE',
    message: 'Table x does not exist.',
  });
  expect(statusOf(error)).toBe(404);
  expect(toEngineError(new Error('something else')).code).toBe(1002);
  expect(statusOf(new EngineError(241, 'MEMORY_LIMIT_EXCEEDED', ''))).toBe(500);
});
