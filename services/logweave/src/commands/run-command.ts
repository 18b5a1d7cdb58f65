import { Argument, Command } from 'commander';
import { SERVICE_NAMES, type ServiceName } from '../compose/compose.ts';
import { configOption } from './options.ts';
import { runProcess } from './run-process.ts';

/** `logweave run <service>`: one service in a process of its own. */
export function runCommand(): Command {
  return new Command('run')
    .description(
      'Runs one service of the configuration, on Kafka as many of them as you like. With the embedded event log one ' +
        'process at a time has the data directory, so there this is for looking at a service alone.',
    )
    .addArgument(new Argument('<service>', 'which one').choices([...SERVICE_NAMES]))
    .addOption(configOption())
    .addHelpText('after', '\nExamples:\n  logweave run correlator -c logweave.yml')
    .action((service: ServiceName, { config }: { config: string }) => runProcess(config, [service]));
}
