import type { RowCount, RowCounts, SpanCount } from '@logweave/audit';
import type { ReadableEventLog, TopicPartition } from '@logweave/event-log';
import { STREAM_TABLES, type Stream, type Warehouse } from '@logweave/warehouse';

const WHERE =
  '_topic = {topic:String} AND _partition = {partition:UInt32} AND _offset >= {from:UInt64} AND _offset < {to:UInt64}';

/** The rows of the tables of a stream; how far the writer is says its group. */
export function warehouseRows(
  warehouse: Warehouse,
  log: ReadableEventLog,
  { stream, group }: { readonly stream: Stream; readonly group: string },
): RowCounts {
  const { into, arrive } = STREAM_TABLES[stream];
  const select = <T>(table: string, what: string, place: TopicPartition, from: number, to: number) =>
    warehouse.select<T>(`SELECT ${what.replace('{table}', table)}`, { ...place, from, to });
  return {
    tables: [...new Set([into, arrive])].map((role) => warehouse.tables[role]),
    async written(place) {
      const [committed] = await log.committed(group, [place]);
      return committed?.offset ?? 0;
    },
    async count(table, place, from, to) {
      const what = `toFloat64(count()) AS rows, toFloat64(uniqExact(_offset)) AS offsets, toFloat64(sum(_offset)) AS sum FROM {table} WHERE ${WHERE}`;
      const [found] = await select<SpanCount>(table, what, place, from, to);
      return found ?? { rows: 0, offsets: 0, sum: 0 };
    },
    list(table, place, from, to) {
      const what = `toFloat64(_offset) AS offset, toFloat64(count()) AS rows FROM {table} WHERE ${WHERE} GROUP BY _offset ORDER BY _offset`;
      return select<RowCount>(table, what, place, from, to);
    },
  };
}
