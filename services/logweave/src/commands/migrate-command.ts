import { chooseWarehouse } from '@logweave/clickhouse-writer';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import type { MigrationResult } from '@logweave/warehouse';
import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { WarehouseService } from '../compose/warehouse-service.ts';
import { configOption } from './options.ts';

interface MigrateOptions {
  readonly config: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `logweave migrate`: the tables in ClickHouse, brought up to date. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Creates or updates the tables in ClickHouse. Running it twice does no harm. A running logweave does the same at ' +
        'its start, unless outputs.clickhouse.migrate is false.',
    )
    .addOption(configOption())
    .option('--dry-run', 'show the statements and run none')
    .option('--json', 'one JSON object for machines')
    .addHelpText('after', '\nExamples:\n  logweave migrate --dry-run -c logweave.yml')
    .action(migrateAction);
}

async function migrateAction({ config: file, dryRun, json }: MigrateOptions): Promise<void> {
  const { config, secrets } = loadConfiguration(file);
  const { clickhouse } = config.outputs;
  if (clickhouse?.enabled !== true) throw new CommandError('outputs.clickhouse is off in this configuration', 2);
  const redactor = new Redactor();
  redactor.add(secrets);
  const log = createLogger({ level: 'warn', format: config.log.format, redactor });
  const service = new WarehouseService(clickhouse, config.data_dir, { clock: systemClock, log, redactor });
  try {
    await service.start();
    const result = await service.warehouse.migrate({ dryRun: dryRun === true });
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : formatMigration(result));
  } catch (error) {
    const message = redactor.redact(error instanceof Error ? error.message : String(error));
    const hint = chooseWarehouse(clickhouse).kind === 'embedded' ? ' (a running logweave has the embedded engine)' : '';
    throw new CommandError(`cannot migrate: ${message}${hint}`, 1);
  } finally {
    await service.stop();
  }
}

/** What was done, or the statements that would be run. */
export function formatMigration({ alreadyApplied, steps, dryRun }: MigrationResult): string {
  if (steps.length === 0) return `nothing to do: schema version ${alreadyApplied.at(-1) ?? 0} is there\n`;
  if (!dryRun) return steps.map(({ version, name }) => `applied ${version}: ${name}\n`).join('');
  return steps
    .map(
      ({ version, name, statements }) => `-- ${version}: ${name}\n${statements.map((sql) => `${sql};\n`).join('\n')}`,
    )
    .join('\n');
}
