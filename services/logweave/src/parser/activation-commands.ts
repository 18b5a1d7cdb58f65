import type { ActivationRecord, Selection } from '@logweave/parser-registry';
import { Argument, Command } from 'commander';
import type { ParserIntent } from '../admin-socket/parser-intent.ts';
import { configOption } from '../commands/options.ts';
import {
  authorOption,
  type ChangeOptions,
  extensionOption,
  jsonOption,
  revisionOption,
  wholeNumber,
} from './options.ts';
import { authorOf, changeParsers } from './registry-access.ts';

/** `logweave parser activate`: lets a version serve its log type. */
export function activateCommand(): Command {
  return changeCommand('activate', 'Lets a version serve its log type, from the next log on.')
    .addArgument(new Argument('<version>', 'the number that submit has given').argParser(wholeNumber))
    .addOption(extensionOption())
    .action((logType: string, version: number, options: ChangeOptions) =>
      change(options, { action: 'activate', logType, kind: kindOf(options), version, ...editorOf(options) }),
    );
}

/** `logweave parser deactivate`: back to the parser that ships with the program, or to no extension. */
export function deactivateCommand(): Command {
  return changeCommand(
    'deactivate',
    'Takes the custom parser of a log type out of service, or its extension. The parser that ships with the program, ' +
      'where there is one, serves it then.',
  )
    .addOption(extensionOption())
    .action((logType: string, options: ChangeOptions) =>
      change(options, { action: 'deactivate', logType, kind: kindOf(options), ...editorOf(options) }),
    );
}

/** `logweave parser rollback`: one step back. */
export function rollbackCommand(): Command {
  return changeCommand('rollback', 'Takes the last change of a log type back: one step.').action(
    (logType: string, options: ChangeOptions) => change(options, { action: 'rollback', logType, ...editorOf(options) }),
  );
}

function changeCommand(name: string, description: string): Command {
  return new Command(name)
    .summary(description.split(':')[0]?.split('.')[0]?.toLowerCase() ?? '')
    .description(description)
    .argument('<log type>', 'as SQUID_WEBPROXY')
    .addOption(configOption())
    .addOption(revisionOption())
    .addOption(authorOption())
    .addOption(jsonOption());
}

function kindOf({ extension }: ChangeOptions): 'custom' | 'extension' {
  return extension === true ? 'extension' : 'custom';
}

function editorOf(options: ChangeOptions): { readonly author: string; readonly seenRevision: number | null } {
  return { author: authorOf(options), seenRevision: options.revision ?? null };
}

async function change(options: ChangeOptions, intent: ParserIntent): Promise<void> {
  const records = await changeParsers(options.config, (parsers) => parsers.change(intent));
  const activation = records.find((record): record is ActivationRecord => record.record === 'activation');
  if (activation === undefined) throw new Error('the change has no activation');
  const { logType, revision, selection, reason } = activation;
  const text = `${logType}: ${reason}; ${selectionText(selection)} from now on (revision ${revision})`;
  process.stdout.write(`${options.json ? JSON.stringify(activation) : text}\n`);
}

function selectionText({ custom, extension }: Selection): string {
  const base = custom === null ? 'the parser of the program serves it' : `custom version ${custom} serves it`;
  return extension === null ? base : `${base}, with extension ${extension}`;
}
