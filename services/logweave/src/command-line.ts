import { Command, CommanderError } from 'commander';
import { CommandError } from './command-error.ts';
import { COMMANDS, type CommandEntry } from './command-registry.ts';
import { VERSION } from './version.ts';

/**
 * Runs the command that the arguments name. Commands print to the process's own streams and may set
 * `process.exitCode`, which stands when this returns 0.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage or configuration.
 */
export async function runCommandLine(
  args: readonly string[],
  entries: readonly CommandEntry[] = COMMANDS,
): Promise<0 | 1 | 2> {
  try {
    const program = await createProgram(args, entries);
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return explain(error);
  }
}

async function createProgram(args: readonly string[], entries: readonly CommandEntry[]): Promise<Command> {
  const program = new Command('logweave')
    .description('Joins HTTP logs with what the wire saw of the same connections, exactly once.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(logweave --help shows the commands)')
    .addHelpText('after', EXAMPLES);
  const wanted = wantedCommand(args);
  for (const entry of entries) {
    const command = entry.name === wanted ? await entry.load() : new Command(entry.name);
    command.summary(entry.summary).copyInheritedSettings(program);
    if (entry.name === wanted) command.showHelpAfterError(`(logweave ${entry.name} --help says more)`);
    program.addCommand(command);
  }
  return program;
}

/** `logweave check …` and `logweave help check` name the same. */
function wantedCommand(args: readonly string[]): string | undefined {
  const words = args.filter((arg) => !arg.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}

function explain(error: unknown): 0 | 1 | 2 {
  // Commander has printed what it had to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  if (message !== '') process.stderr.write(`logweave: ${message}\n`);
  return error instanceof CommandError ? error.exitCode : 1;
}

const EXAMPLES = `
Examples:
  logweave check logweave.yml        what is wrong with a configuration
  logweave up -c logweave.yml        run everything
  logweave tap -c logweave.yml       watch joined records
  logweave correlate --http http.ndjson --network network.ndjson --mode one_to_many

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.`;
