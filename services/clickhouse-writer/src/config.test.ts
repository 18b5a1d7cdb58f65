import { expect, test } from 'vitest';
import { Value } from 'typebox/value';
import {
  type ClickhouseSection,
  chooseWarehouse,
  clickhouseSectionSchema,
  resolveClickhouseWriterConfig,
} from './config.ts';

function section(given: object): ClickhouseSection {
  return Value.Default(clickhouseSectionSchema, given) as ClickhouseSection;
}

test('an empty section is the embedded engine with batches of a second', () => {
  const empty = section({});
  expect(chooseWarehouse(empty)).toEqual({ kind: 'embedded', memoryBytes: 1536 * 1024 * 1024 });
  expect(resolveClickhouseWriterConfig(empty)).toMatchObject({
    streams: [
      { stream: 'correlated', topic: 'logweave.correlated', group: 'logweave.clickhouse-writer' },
      { stream: 'raw', topic: 'logweave.raw', group: 'logweave.clickhouse-writer-raw' },
      { stream: 'udm', topic: 'logweave.udm', group: 'logweave.clickhouse-writer-udm' },
    ],
    deadLetterTopic: 'logweave.dead-letter',
    maxRows: 10_000,
    maxAgeMs: 1_000,
  });
});

test('streams that are not named are not written', () => {
  const { streams } = resolveClickhouseWriterConfig(section({ streams: ['udm'] }), { topicPrefix: 'x' });
  expect(streams).toEqual([{ stream: 'udm', topic: 'x.udm', group: 'x.clickhouse-writer-udm' }]);
});

test("the seed's sample means a server over HTTP and its raw table", () => {
  const seed = section({
    enabled: false,
    dsn: 'clickhouse://user:pass@localhost:9000/db',
    table: 'correlated_logs_http_network',
  });
  expect(chooseWarehouse(seed)).toMatchObject({
    kind: 'server',
    config: {
      url: 'http://localhost:8123',
      user: 'user',
      password: 'pass',
      database: 'db',
      rawTable: 'correlated_logs_http_network',
    },
    note: expect.stringContaining('over HTTP'),
  });
});

test('embedded: false without a dsn is refused', () => {
  expect(() => chooseWarehouse(section({ embedded: false }))).toThrow(/dsn/);
});
