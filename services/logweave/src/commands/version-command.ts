import { Command } from 'commander';
import { VERSION } from '../version.ts';

/** `logweave version`: of the program and of what it runs on. */
export function versionCommand(): Command {
  return new Command('version')
    .description('Shows the version.')
    .option('--json', 'as JSON, with that of Node and the platform')
    .addHelpText('after', '\nExamples:\n  logweave version --json')
    .action(({ json }: { json?: true }) => {
      const all = { logweave: VERSION, node: process.versions.node, platform: `${process.platform}-${process.arch}` };
      process.stdout.write(json ? `${JSON.stringify(all)}\n` : `${VERSION}\n`);
    });
}
