/**
 * A process for tests that are to kill one: writes the topic of an embedded log into a warehouse until it is killed.
 * What it needs comes as one line of JSON on standard input, the password among it.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';
import { createWarehouse, type WarehouseConfig } from '@logweave/warehouse';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createClickhouseWriter } from '../clickhouse-writer.ts';
import type { ClickhouseWriterConfig } from '../config.ts';

export interface WritingProcessInput {
  readonly logPath: string;
  readonly warehouse: WarehouseConfig;
  readonly writer: ClickhouseWriterConfig;
}

const [line] = (await once(createInterface(process.stdin), 'line')) as [string];
const input = JSON.parse(line) as WritingProcessInput;
const eventLog = await openEmbeddedLog({ path: input.logPath, clock: systemClock });
const writer = createClickhouseWriter(input.writer, {
  eventLog,
  clock: systemClock,
  log: pino({ level: 'warn' }),
  metrics: new Registry(),
  warehouse: createWarehouse(input.warehouse),
});
await writer.start();
process.stdout.write('started\n');
