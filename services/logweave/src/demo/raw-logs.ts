import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Warehouse } from '@logweave/warehouse';
import { openSocketSink } from '../replay/socket-sink.ts';

const FOLDER = join(import.meta.dirname, '../../../../examples/proxy-and-server');

/** The raw logs that the demo sends beside the two halves of connections. */
export const RAW_SOURCES = [
  { name: 'squid', logType: 'SQUID_WEBPROXY' },
  { name: 'apache', logType: 'APACHE' },
] as const;

export const CORRELATED_LOG_TYPE = 'LOGWEAVE_CORRELATED';

/** How many logs of a type became events, as ClickHouse has it. */
export interface EventTally {
  readonly logType: string;
  /** Logs that events were made of. */
  readonly logs: number;
  readonly events: number;
}

const TALLY = `
SELECT log_type AS logType, toFloat64(uniqExact(source_topic, source_partition, source_offset)) AS logs,
  toFloat64(count()) AS events
FROM udm_events GROUP BY log_type ORDER BY log_type`;

/** Sends the lines of each file to the socket of its name. @returns how many lines each log type has */
export async function sendRawLogs(socketOf: (name: string) => string): Promise<ReadonlyMap<string, number>> {
  const sent = await Promise.all(
    RAW_SOURCES.map(async ({ name, logType }) => {
      const text = await readFile(join(FOLDER, `${name}.log`), 'utf8');
      const sink = await openSocketSink(socketOf(name));
      await sink.write(text);
      await sink.end();
      return [logType, text.split('\n').filter((line) => line !== '').length] as const;
    }),
  );
  return new Map(sent);
}

export async function readEventTallies(warehouse: Warehouse): Promise<readonly EventTally[]> {
  return warehouse.select<EventTally>(TALLY);
}

/** Whether each log of each type has become events, and no others have. */
export function allBecameEvents(tallies: readonly EventTally[], logs: ReadonlyMap<string, number>): boolean {
  return tallies.length === logs.size && tallies.every((tally) => logs.get(tally.logType) === tally.logs);
}
