import type { ParserRegistry } from '@logweave/parser-registry';
import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { configOption } from '../commands/options.ts';
import { diffLines, diffText } from './line-diff.ts';
import { jsonOption } from './options.ts';
import { readParsers } from './registry-access.ts';

interface DiffOptions {
  readonly config: string;
  readonly json?: true;
}

/** `logweave parser diff`: how the texts of two versions differ. */
export function diffCommand(): Command {
  return new Command('diff')
    .summary('how the texts of two versions differ')
    .description(
      'Shows how the texts of two versions of a log type differ. A version is custom/3, extension/1 or prebuilt; ' +
        'without any, the parser in use is compared with the last one that was submitted.',
    )
    .argument('<log type>', 'as SQUID_WEBPROXY')
    .argument('[from]', 'the version before')
    .argument('[to]', 'the version after; what was submitted last by default')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  logweave parser diff SQUID_WEBPROXY prebuilt custom/2')
    .action(diffAction);
}

async function diffAction(
  logType: string,
  from: string | undefined,
  to: string | undefined,
  { config, json }: DiffOptions,
): Promise<void> {
  const registry = await readParsers(config);
  const before = versionText(registry, logType, from ?? baseLabel(registry, logType));
  const after = versionText(registry, logType, to ?? lastLabel(registry, logType));
  if (json) {
    const lines = diffLines(before.text, after.text);
    process.stdout.write(`${JSON.stringify({ logType, from: before.label, to: after.label, lines })}\n`);
    return;
  }
  const text = diffText(before.text, after.text);
  process.stdout.write(
    text === '' ? `${before.label} and ${after.label} are equal\n` : `${before.label} → ${after.label}\n${text}`,
  );
}

function versionText(
  registry: ParserRegistry,
  logType: string,
  label: string,
): { readonly label: string; readonly text: string } {
  const missing = (): CommandError => new CommandError(`${logType} has no version ${label}`, 1);
  if (label === 'prebuilt') {
    const prebuilt = registry.prebuilt(logType);
    if (prebuilt === null) throw missing();
    return { label: `prebuilt/${prebuilt.version}`, text: prebuilt.text };
  }
  const [, kind, number] = /^(custom|extension)\/(\d{1,9})$/.exec(label) ?? [];
  if (kind !== 'custom' && kind !== 'extension') {
    throw new CommandError(`${label} is no version: write custom/3, extension/1 or prebuilt`, 2);
  }
  const record = registry.version(logType, kind, Number(number));
  if (record === null) throw missing();
  return { label, text: record.text };
}

function baseLabel(registry: ParserRegistry, logType: string): string {
  const { custom } = registry.selection(logType);
  return custom === null ? 'prebuilt' : `custom/${custom}`;
}

function lastLabel(registry: ParserRegistry, logType: string): string {
  const last = registry.versions(logType, 'custom').at(-1);
  if (last === undefined) throw new CommandError(`nothing was submitted for ${logType}`, 1);
  return `custom/${last.version}`;
}
