import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { configOption } from '../commands/options.ts';
import { jsonOption } from './options.ts';
import { readParsers } from './registry-access.ts';
import { registryEntries, type RegistryEntry, registryEntry } from './registry-entries.ts';

interface ListOptions {
  readonly config: string;
  readonly json?: true;
}

/** `logweave parser list`: what serves each log type, and which versions there are. */
export function listCommand(): Command {
  return new Command('list')
    .summary('what serves each log type, and which versions there are')
    .description('Says what serves each log type, since when and why, and which versions there are.')
    .argument('[log type]', 'only this one, with its versions')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(listAction);
}

async function listAction(logType: string | undefined, { config, json }: ListOptions): Promise<void> {
  const registry = await readParsers(config);
  if (logType !== undefined && !registry.logTypes().includes(logType)) {
    throw new CommandError(`there is no parser for log type ${logType}`, 1);
  }
  const logTypes = logType === undefined ? registryEntries(registry) : [registryEntry(registry, logType)];
  if (json) process.stdout.write(`${JSON.stringify({ logTypes }, null, 2)}\n`);
  else process.stdout.write(listText(logTypes, logType !== undefined));
}

function listText(entries: readonly RegistryEntry[], withVersions: boolean): string {
  if (entries.length === 0) return 'There are no parsers.\n';
  const width = Math.max(...entries.map(({ logType }) => logType.length));
  const lines = entries.flatMap((entry) => {
    const { logType, active, revision, changed } = entry;
    const history = changed === null ? '' : `  revision ${revision}, ${changed.at} by ${changed.by}: ${changed.reason}`;
    return [
      `${logType.padEnd(width)}  ${active ?? 'nothing'}${history}`,
      ...(withVersions ? entry.versions.map(versionText) : []),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function versionText(version: RegistryEntry['versions'][number]): string {
  const { kind, version: number, state, active, author, at, validation } = version;
  const verdict = validation === null ? '' : `, ${validation.message}`;
  return `  ${kind} ${number}: ${state}${active ? ', active' : ''}, ${at} by ${author}${verdict}`;
}
