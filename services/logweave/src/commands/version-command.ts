import { Command } from 'commander';
import { readCommit, VERSION } from '../version.ts';

/** `logweave version`: of the program and of what it runs on. */
export function versionCommand(): Command {
  return new Command('version')
    .description('Shows the version, the commit that it was made of, and the version of Node.')
    .option('--json', 'as JSON, with the platform')
    .addHelpText('after', '\nExamples:\n  logweave version --json')
    .action(({ json }: { json?: true }) => {
      const commit = readCommit();
      const { node } = process.versions;
      const all = { logweave: VERSION, commit, node, platform: `${process.platform}-${process.arch}` };
      const line = `logweave ${VERSION}, ${commit === null ? 'of no known commit' : `commit ${commit}`}, Node ${node}`;
      process.stdout.write(json ? `${JSON.stringify(all)}\n` : `${line}\n`);
    });
}
