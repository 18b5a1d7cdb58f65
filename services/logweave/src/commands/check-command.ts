import { type ConfigProblem, formatProblem } from '@logweave/service-kit';
import { Command } from 'commander';
import { renderReference } from '../compose/config-reference.ts';
import { checkConfiguration, type Surroundings } from '../compose/load-configuration.ts';
import { configOption } from './options.ts';

interface CheckOptions {
  readonly config: string;
  readonly json?: true;
  readonly reference?: true;
}

/** `logweave check`: what is wrong with a configuration. */
export function checkCommand(): Command {
  return new Command('check')
    .description('Says what is wrong with a configuration, every problem at once. Nothing is started or connected to.')
    .argument('[file]', 'the configuration, instead of --config')
    .addOption(configOption())
    .option('--json', 'one JSON object for machines')
    .option('--reference', 'check nothing: print a configuration with every key, its default and what it means')
    .addHelpText(
      'after',
      '\nExamples:\n  logweave check logweave.yml\n  logweave check --json -c /etc/logweave/logweave.yml',
    )
    .action((file: string | undefined, { config, json, reference }: CheckOptions) => {
      if (reference) {
        process.stdout.write(renderReference());
        return;
      }
      const { output, exitCode } = check(file ?? config, json === true);
      process.stdout.write(output);
      process.exitCode = exitCode;
    });
}

/** The findings as they are printed, and the exit code: 2 when there is an error among them. */
export function check(
  file: string,
  json: boolean,
  surroundings?: Surroundings,
): { readonly output: string; readonly exitCode: 0 | 2 } {
  const checked = checkConfiguration(file, surroundings);
  const findings = checked.kind === 'fine' ? checked.warnings : checked.problems;
  const exitCode = checked.kind === 'fine' ? 0 : 2;
  if (json) {
    const output = JSON.stringify({ file, ok: exitCode === 0, findings: findings.map(asJson) }, null, 2);
    return { output: `${output}\n`, exitCode };
  }
  const lines = findings.map(formatProblem);
  if (checked.kind === 'fine') lines.push(`${file}: fine`);
  return { output: `${lines.join('\n')}\n`, exitCode };
}

function asJson({ severity, location, path, message }: ConfigProblem): object {
  const { kind: _, ...where } = location;
  return { severity, ...where, path, message };
}
