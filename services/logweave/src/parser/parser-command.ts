import { Command } from 'commander';
import { lintCommand } from '../parser-test/lint-command.ts';
import { testCommand } from '../parser-test/test-command.ts';
import { activateCommand, deactivateCommand, rollbackCommand } from './activation-commands.ts';
import { diffCommand } from './diff-command.ts';
import { listCommand } from './list-command.ts';
import { submitCommand } from './submit-command.ts';

/** `logweave parser`: what makes UDM events of logs, by log type. */
export function parserCommand(): Command {
  return new Command('parser')
    .description(
      'Parsers by log type, in topic parsers. A version is submitted, then activated; a running parser takes it between ' +
        'two logs. Changes can be made beside a running `logweave up`, which makes them itself when it has the event ' +
        'log for itself.',
    )
    .addCommand(listCommand())
    .addCommand(submitCommand())
    .addCommand(activateCommand())
    .addCommand(deactivateCommand())
    .addCommand(rollbackCommand())
    .addCommand(diffCommand())
    .addCommand(testCommand())
    .addCommand(lintCommand())
    .addHelpText(
      'after',
      '\nExamples:\n  logweave parser submit squid.conf --log-type SQUID_WEBPROXY --logs access.log' +
        '\n  logweave parser activate SQUID_WEBPROXY 1\n  logweave parser rollback SQUID_WEBPROXY',
    );
}
