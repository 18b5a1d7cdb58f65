import { Command } from 'commander';
import { configOption } from './options.ts';
import { runProcess } from './run-process.ts';

/** `logweave up`: everything in one process. */
export function upCommand(): Command {
  return new Command('up')
    .description(
      'Runs everything that the configuration asks for in one process. The log goes to standard error.\n\n' +
        'SIGTERM or SIGINT: close the sockets, decide and write what is pending, end with 0; a second one ends at once.\n' +
        'SIGHUP: reopen the output file, read certificates of inputs again.',
    )
    .addOption(configOption())
    .addHelpText('after', '\nExamples:\n  logweave up -c logweave.yml\n  LOGWEAVE__LOG__LEVEL=debug logweave up')
    .action(({ config }: { config: string }) => runProcess(config));
}
