import { readFile } from 'node:fs/promises';
import {
  createLogParser,
  type Diagnostic,
  formatText,
  lintProgram,
  type LocatedDiagnostic,
  locateDiagnostics,
  parseProgram,
  toJson,
  toSarif,
} from '@logweave/parser-lang';
import { Command, Option } from 'commander';
import { CommandError } from '../command-error.ts';

interface LintOptions {
  readonly format: 'text' | 'json' | 'sarif';
  readonly strict?: true;
}

interface LintedFile {
  readonly file: string;
  readonly findings: readonly LocatedDiagnostic[];
}

/** `logweave parser lint`: what is wrong with parsers, or likely to be, without running them. */
export function lintCommand(): Command {
  return new Command('lint')
    .summary('show what is wrong with parsers, or likely to be')
    .description(
      'Shows what is wrong with parsers, or likely to be, without running them. Ends with 1 when there is an error. A ' +
        'comment # lint-disable RULE -- REASON switches a rule off for its line or the next one.',
    )
    .argument('<file...>', 'parsers')
    .addOption(
      new Option('--format <format>', 'for people, for programs, or for viewers of code')
        .choices(['text', 'json', 'sarif'])
        .default('text'),
    )
    .option('--strict', 'end with 1 for warnings too')
    .addHelpText(
      'after',
      '\nExamples:\n  logweave parser lint parser.conf\n  logweave parser lint parsers/*/parser.conf --strict' +
        '\n  logweave parser lint parser.conf --format sarif > parser.sarif',
    )
    .action(lintAction);
}

async function lintAction(files: readonly string[], { format, strict }: LintOptions): Promise<void> {
  const linted = await Promise.all(files.map(lintFile));
  process.stdout.write(formats[format](linted));
  const counted = linted.flatMap(({ findings }) => findings.filter(({ severity }) => strict || severity === 'error'));
  if (counted.length > 0) process.exitCode = 1;
}

async function lintFile(file: string): Promise<LintedFile> {
  const text = await readText(file);
  const { program } = parseProgram(text);
  // Of what compiling warns of, the lint says more.
  const diagnostics = createLogParser({ text, logType: 'LINT' }).diagnostics.filter(isErrorOrSyntax);
  return { file, findings: locateDiagnostics([...diagnostics, ...lintProgram(program, text)], text) };
}

function isErrorOrSyntax({ rule, severity }: Diagnostic): boolean {
  return severity === 'error' || rule !== 'compile';
}

const formats: Readonly<Record<LintOptions['format'], (linted: readonly LintedFile[]) => string>> = {
  text: (linted) => linted.map(({ file, findings }) => formatText(findings, file)).join(''),
  json: (linted) => `${JSON.stringify({ files: linted.map(({ file, findings }) => toJson(findings, file)) })}\n`,
  // One run for all files, which is what code hosts take of one tool.
  sarif: (linted) => {
    const logs = linted.map(({ file, findings }) => toSarif(findings, file));
    const results = logs.flatMap(({ runs: [run] }) => run.results);
    const run = logs.map(({ runs: [first] }) => ({ ...first, results })).slice(0, 1);
    return `${JSON.stringify({ ...logs[0], runs: run })}\n`;
  },
};

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`, 2, { cause: error });
  }
}
