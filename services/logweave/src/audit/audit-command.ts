import { type AuditHooks, type AuditReport, auditLog, balanced } from '@logweave/audit';
import { chooseWarehouse, resolveClickhouseWriterConfig } from '@logweave/clickhouse-writer';
import type { ReadableEventLog } from '@logweave/event-log';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { configOption } from '../commands/options.ts';
import type { Config } from '../compose/config-schema.ts';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { openReadableLog } from '../compose/open-readable-log.ts';
import { WarehouseService } from '../compose/warehouse-service.ts';
import { auditPlan } from './audit-plan.ts';
import { auditProgress } from './audit-progress.ts';
import { auditText } from './audit-text.ts';
import { type RangeFlags, rangeStart } from './range-start.ts';
import { warehouseRows } from './warehouse-rows.ts';

interface AuditOptions extends RangeFlags {
  readonly config: string;
  readonly warehouse?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logweave audit                              everything that the topics hold
  logweave audit --since 15m --warehouse      what arrived of late, and whether ClickHouse has each result once
  logweave audit --from http/0/1200 --json    one partition from a position on, for machines

Outcomes are derived anew with the configuration as it is now: after a change of the rules, audit from there on.`;

/** `logweave audit`: the proof that nothing was lost or doubled. */
export function auditCommand(): Command {
  return new Command('audit')
    .description(
      'Proves over the topics that every event has exactly one outcome, and the right one: in a joined record, an ' +
        'orphan, suppressed, filtered, a dead letter, or still pending. Reads only, also beside a running logweave. ' +
        'Exit code 1 when something was lost, doubled or joined wrongly, with where it stands.',
    )
    .addOption(configOption())
    .option(
      '--from <positions>',
      'begin at http/PARTITION/OFFSET or network/PARTITION/OFFSET; a list with commas, or given again',
      (text: string, others: readonly string[]) => [...others, text],
      [],
    )
    .option('--since <time>', 'only what arrived since: a span (15m, 2h) or a time (2026-11-25T08:00:00Z)')
    .option('--warehouse', 'also whether each result, raw log and event is exactly one row in ClickHouse')
    .option('--json', 'one JSON object for machines')
    .addHelpText('after', EXAMPLES)
    .action(auditAction);
}

async function auditAction(options: AuditOptions): Promise<void> {
  const { config, secrets } = loadConfiguration(options.config);
  const plan = auditPlan(config, rangeStart(options, systemClock.wallMs()));
  const redactor = new Redactor();
  redactor.add(secrets);
  const log = createLogger({ level: 'warn', format: config.log.format, redactor });
  const eventLog = await openReadableLog(config, log);
  const warehouse = options.warehouse ? warehouseService(config, { clock: systemClock, log, redactor }) : null;
  const progress = auditProgress(process.stderr, systemClock);
  let report: AuditReport;
  try {
    const tables = warehouse === null ? { rows: null } : await tablesOf(warehouse, config, eventLog, redactor);
    report = await auditLog(eventLog, plan, { ...tables, progress: progress.show });
  } finally {
    progress.clear();
    await warehouse?.stop();
    await eventLog.close();
  }
  process.stdout.write(
    options.json ? `${JSON.stringify({ holds: balanced(report), ...report })}\n` : auditText(report),
  );
  if (!balanced(report)) process.exitCode = 1;
}

function warehouseService(config: Config, deps: ConstructorParameters<typeof WarehouseService>[2]): WarehouseService {
  const { clickhouse } = config.outputs;
  if (clickhouse?.enabled !== true) throw new CommandError('outputs.clickhouse is off in this configuration', 2);
  return new WarehouseService(clickhouse, config.data_dir, deps);
}

/** What of the warehouse is held against which topic: every stream that is written. */
async function tablesOf(
  service: WarehouseService,
  config: Config,
  eventLog: ReadableEventLog,
  redactor: Redactor,
): Promise<Pick<AuditHooks, 'rows' | 'copied'>> {
  const { clickhouse } = config.outputs;
  if (clickhouse === undefined) throw new CommandError('outputs.clickhouse is off in this configuration', 2);
  try {
    await service.start();
    await service.warehouse.ping();
  } catch (error) {
    const message = redactor.redact(error instanceof Error ? error.message : String(error));
    const hint = chooseWarehouse(clickhouse).kind === 'embedded' ? ' (a running logweave has the embedded engine)' : '';
    throw new CommandError(`cannot ask the warehouse: ${message}${hint}`, 1, { cause: error });
  }
  const { streams } = resolveClickhouseWriterConfig(clickhouse, { topicPrefix: config.topics.prefix });
  const results = streams.find(({ stream }) => stream === 'correlated');
  // The log of an older version may lack topics.
  const topics = new Set((await eventLog.topics()).map(({ name }) => name));
  const copied = streams
    .filter((written) => written !== results && topics.has(written.topic))
    .map((written) => ({ topic: written.topic, rows: warehouseRows(service.warehouse, eventLog, written) }));
  return { rows: results === undefined ? null : warehouseRows(service.warehouse, eventLog, results), copied };
}
