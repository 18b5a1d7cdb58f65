import { ClickHouseError } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { kindOfCode, toWarehouseError } from './warehouse-error.ts';

test.each([
  ['fault 19: too many parts', 252, 'retryable'],
  ['fault 19: memory limit', 241, 'retryable'],
  ['fault 19: read-only', 164, 'retryable'],
  ['fault 19: table is read-only', 242, 'retryable'],
  ['fault 19: quota', 201, 'retryable'],
  ['fault 19: too many queries', 202, 'retryable'],
  ['fault 22: disk full', 243, 'retryable'],
  ['timeout', 159, 'retryable'],
  ['wrong password', 516, 'retryable'],
  ['a code that nobody knows', 98_765, 'retryable'],
  ['fault 21: table missing', 60, 'schema'],
  ['fault 21: column missing', 16, 'schema'],
  ['fault 21: type changed', 53, 'schema'],
  ['database missing', 81, 'schema'],
  ['no right', 497, 'schema'],
  ['fault 20: constraint', 469, 'row'],
  ['fault 20: address', 675, 'row'],
  ['fault 20: data', 117, 'row'],
])('%s (%i) is %s', (_, code, kind) => {
  expect(kindOfCode(code)).toBe(kind);
});

test('the message names code and type, and leaves out the data that ClickHouse quotes', () => {
  const error = new ClickHouseError({
    code: '117',
    type: 'INCORRECT_DATA',
    message: 'Cannot parse \'{"user":"somebody with a long and private name"}\' (at row 7)\nRow 7: private',
  });
  const { message, kind } = toWarehouseError(error, 'insert into t');
  expect(kind).toBe('row');
  expect(message).toBe('insert into t: ClickHouse says INCORRECT_DATA (117): Cannot parse …');
});

test('a connection that fails is retryable', () => {
  const error = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
  expect(toWarehouseError(error, 'ping')).toMatchObject({
    kind: 'retryable',
    code: null,
    message: 'ping: ECONNREFUSED',
  });
});
