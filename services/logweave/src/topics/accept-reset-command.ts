import { acceptResets, findResets, type ResetFinding, resolveCorrelatorConfig } from '@logweave/correlator';
import type { EventLog } from '@logweave/event-log';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { createLogger, type Logger, Redactor, systemClock } from '@logweave/service-kit';
import { openKafkaLog } from '@logweave/event-log-kafka';
import { Command } from 'commander';
import { configOption } from '../commands/options.ts';
import type { Config } from '../compose/config-schema.ts';
import { eventLogPath } from '../compose/event-log-service.ts';
import { kafkaLogDeps, resolveKafkaConfig } from '../compose/kafka-section.ts';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { openReadableLog } from '../compose/open-readable-log.ts';

interface AcceptResetOptions {
  readonly config: string;
  readonly dryRun?: boolean;
}

/** `logweave accept-reset`: what a correlator refuses to decide by itself. */
export function acceptResetCommand(): Command {
  return new Command('accept-reset')
    .description(
      'Correlators stop when the offsets of their group were set by something else, or when retention has removed ' +
        'records that they had not decided: to go on would lose or double events silently. This says for each ' +
        'partition what it would mean, and does it.\n\n' +
        'On Kafka correlators may run meanwhile; with the embedded event log stop `logweave up` first.',
    )
    .addOption(configOption())
    .option('--dry-run', 'only say what it would mean')
    .addHelpText('after', '\nExamples:\n  logweave accept-reset --dry-run\n  logweave accept-reset -c logweave.yml')
    .action((options: AcceptResetOptions) => acceptResetAction(options));
}

async function acceptResetAction({ config: file, dryRun = false }: AcceptResetOptions): Promise<void> {
  const { config, secrets } = loadConfiguration(file);
  const redactor = new Redactor();
  redactor.add(secrets);
  const log = createLogger({ level: 'warn', format: 'auto', redactor });
  const correlator = resolveCorrelatorConfig(config.correlation, config.topics.prefix);
  const readable = await openReadableLog(config, log);
  try {
    if (dryRun) {
      print(await findResets(correlator, readable), true);
      return;
    }
  } finally {
    await readable.close();
  }
  const eventLog = await openLog(config, log);
  try {
    print(await acceptResets(correlator, { eventLog, clock: systemClock }), false);
  } finally {
    await eventLog.close();
  }
}

async function openLog(config: Pick<Config, 'data_dir' | 'event_log'>, log: Logger): Promise<EventLog> {
  if (config.event_log.kind === 'kafka') {
    return openKafkaLog(resolveKafkaConfig(config.event_log.kafka), kafkaLogDeps({ clock: systemClock, log }));
  }
  return openEmbeddedLog({ path: eventLogPath(config), clock: systemClock, onAlarm: () => undefined });
}

function print(findings: readonly ResetFinding[], dryRun: boolean): void {
  process.stdout.write(`${findings.map((finding) => textOf(finding, dryRun)).join('\n')}\n`);
}

function textOf(finding: ResetFinding, dryRun: boolean): string {
  const partition = `partition ${finding.partition}`;
  switch (finding.kind) {
    case 'in_order':
      return `${partition}: in order`;
    case 'foreign_offsets': {
      const [http, network] = finding.beginsAt;
      const begins = dryRun ? 'would begin' : 'begins';
      return `${partition}: offsets were reset; it ${begins} anew at http ${http}, network ${network}, and forgets what it held`;
    }
    case 'removed_records': {
      const [http, network] = finding.givenUp;
      const gives = dryRun ? 'would give' : 'gives';
      return `${partition}: retention has removed undecided records; it ${gives} up ${http} of http, ${network} of network`;
    }
    default:
      return finding satisfies never;
  }
}
