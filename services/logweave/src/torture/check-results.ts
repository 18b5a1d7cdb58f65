import { join } from 'node:path';
import { openEmbeddedLogReader } from '@logweave/event-log-embedded';
import { topicName } from '@logweave/model';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { createWarehouse } from '@logweave/warehouse';
import { startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { compareJoin, countLate, type JoinComparison } from './compare-join.ts';
import { addDifferences, compareFile, compareTable, type OutputDifference } from './compare-outputs.ts';
import { readPartition, type ResultRecord } from './log-contents.ts';
import { APPEND_MARGIN_MS, LATENESS_MS, oracleRules, PATHS, type TortureOptions } from './torture-config.ts';

/** What the topics, the file and ClickHouse hold at the end, compared with each other and with the oracle. */
export interface ResultReport {
  readonly joins: readonly JoinComparison[];
  /** Lines that a crash or the load held up for so long that the rules for late events may have decided them. */
  readonly maybeLate: number;
  readonly file: OutputDifference;
  readonly raw: OutputDifference;
  readonly logs: OutputDifference;
}

/** Reads everything. The process that wrote it must have ended. */
export async function checkResults(options: TortureOptions, baseMs: number): Promise<ResultReport> {
  const { directory, mode } = options;
  const comparison = { rules: oracleRules(mode), surelyInTimeMs: LATENESS_MS - APPEND_MARGIN_MS };
  const log = await openEmbeddedLogReader({ path: join(directory, PATHS.eventLog), clock: systemClock });
  const joins: JoinComparison[] = [];
  const results: ResultRecord[][] = [];
  let maybeLate = 0;
  const partitions = (await log.watermarks(topicName('http'))).length;
  for (let partition = 0; partition < partitions; partition++) {
    const contents = await readPartition(log, partition, { baseMs });
    joins.push(compareJoin(contents, comparison));
    maybeLate += countLate(contents.inputs, comparison.surelyInTimeMs);
    results.push([...contents.results]);
  }
  await log.close();
  const file = await compareFile(join(directory, PATHS.output), results.flat());
  return { joins, maybeLate, file, ...(await compareWarehouse(directory, results)) };
}

async function compareWarehouse(
  directory: string,
  results: readonly (readonly ResultRecord[])[],
): Promise<Pick<ResultReport, 'raw' | 'logs'>> {
  const engine = await startEmbeddedWarehouse({
    dataDir: join(directory, PATHS.warehouse),
    memoryBytes: 1024 ** 3,
    clock: systemClock,
    log: createLogger({ level: 'warn', format: 'json', redactor: new Redactor() }),
  });
  const warehouse = createWarehouse({
    url: engine.url,
    user: engine.user,
    password: engine.password,
    database: 'default',
    rawTable: 'http_logs_raw',
    requestTimeoutMs: 120_000,
  });
  try {
    const differences = { raw: [] as OutputDifference[], logs: [] as OutputDifference[] };
    for (const table of ['raw', 'logs'] as const) {
      for (const [partition, records] of results.entries()) {
        differences[table].push(await compareTable(warehouse, table, partition, records));
      }
    }
    return { raw: addDifferences(differences.raw), logs: addDifferences(differences.logs) };
  } finally {
    await warehouse.close();
    await engine.stop();
  }
}
