import { TOPICS } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import type { RowCount, RowCounts } from './compare-rows.ts';
import { AuditWorld, offenders } from './testing/audit-world.ts';

/** A warehouse whose two tables hold these rows. */
function warehouse(raw: readonly number[], logs: readonly number[], written = 1000): RowCounts {
  const of = (table: string, from: number, to: number): readonly number[] =>
    (table === 'raw' ? raw : logs).filter((offset) => offset >= from && offset < to);
  return {
    tables: ['raw', 'logs'],
    written: async () => written,
    count: async (table, _, from, to) => {
      const rows = of(table, from, to);
      return { rows: rows.length, offsets: new Set(rows).size, sum: rows.reduce((sum, offset) => sum + offset, 0) };
    },
    list: async (table, _, from, to) =>
      [...Map.groupBy(of(table, from, to), (offset) => offset)].map(
        ([offset, rows]): RowCount => ({ offset, rows: rows.length }),
      ),
  };
}

const LINES = ['A 1 @0', 'B 1 @3', 'A 2 @10', 'A 3 @20', 'A 4 @30'];

async function audit(rows: RowCounts) {
  return (await new AuditWorld().send(...LINES).stop()).audit({}, rows);
}

describe('an audit with the warehouse', () => {
  it('finds each result once in each table', async () => {
    const report = await audit(warehouse([0, 1, 2, 3], [3, 2, 1, 0]));
    expect(offenders(report)).toEqual([]);
    expect(report.rows).toMatchObject({ compared: { raw: 4, logs: 4 } });
  });

  it('finds rows that are missing, doubled, and of no record', async () => {
    const report = await audit(warehouse([0, 1, 3], [0, 1, 1, 2, 3]));
    expect(offenders(report)).toEqual(['row_missing correlated/2', 'row_doubled correlated/1']);
    expect(report.offenders[0]).toMatchObject({ key: '192.0.2.1:3', why: 'raw has no row of it' });
    expect(report.offenders[1]?.why).toBe('it stands 2 times in logs');
    // The end of the transaction has an offset and is no record.
    expect(offenders(await audit(warehouse([0, 1, 2, 3, 4], [0, 1, 2, 3])))).toEqual(['row_surplus correlated/4']);
  });

  it('finds a row that stands in the place of another', async () => {
    const report = await audit(warehouse([0, 1, 2, 2], [0, 1, 2, 3]));
    expect(offenders(report)).toEqual(['row_doubled correlated/2', 'row_missing correlated/3']);
  });

  it('takes what the writer has not committed for pending', async () => {
    const report = await audit(warehouse([0, 1], [0, 1], 2));
    expect(offenders(report)).toEqual([]);
    expect(report.rows).toMatchObject({ compared: { raw: 2, logs: 2 } });
    expect(report.rows?.pending).toBe(2);
  });

  it('misses no row that ClickHouse refused and a dead letter keeps', async () => {
    const world = await new AuditWorld().send(...LINES).stop();
    world.refuseRow(2);
    expect(offenders(await world.audit({}, warehouse([0, 1, 3], [0, 1, 3])))).toEqual([]);
  });

  it('compares other topics with their own tables', async () => {
    const world = await new AuditWorld().send(...LINES).stop();
    world.cluster.ensureTopic({ ...TOPICS.raw, name: 't.raw', partitions: 1 });
    const records = Array.from({ length: 5 }, () => ({
      key: null,
      value: Buffer.from('x'),
      headers: [],
      timestampMs: 0,
    }));
    world.cluster.append([{ topic: 't.raw', partition: 0, records }], null);
    const copies = (offsets: readonly number[], written?: number) => {
      const rows = { ...warehouse(offsets, [], written), tables: ['raw'] };
      return world.audit({}, null, [{ topic: 't.raw', rows }]);
    };
    expect((await copies([0, 1, 2, 3, 4])).rows).toEqual({ compared: { raw: 5 }, pending: 0 });
    expect((await copies([0, 1, 2], 3)).rows).toEqual({ compared: { raw: 3 }, pending: 2 });
    expect(offenders(await copies([0, 1, 1, 3, 4]))).toEqual(['row_doubled raw/1', 'row_missing raw/2']);
    // The letters of another service say nothing of a row.
    world.refuseRow(3, 't.raw', 'parser');
    world.refuseRow(2, 't.raw');
    expect(offenders(await copies([0, 1, 3, 4]))).toEqual([]);
    expect(offenders(await copies([0, 1, 4]))).toEqual(['row_missing raw/3']);
  });
});
