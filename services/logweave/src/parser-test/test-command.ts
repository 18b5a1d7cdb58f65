import { writeFileSync } from 'node:fs';
import {
  type CasesReport,
  formatReport,
  ParserFolderProblem,
  readParserFolder,
  runCases,
} from '@logweave/default-parsers';
import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { jsonOption } from '../parser/options.ts';

interface TestOptions {
  readonly json?: true;
  readonly update?: true;
}

/** `logweave parser test`: holds parsers to their cases. */
export function testCommand(): Command {
  return new Command('test')
    .summary('run the cases of parsers and show what differs')
    .description(
      'Runs the cases of parsers and shows where their events differ from what is expected. A folder is named as its ' +
        'log type and has parser.conf and cases/<case>/, each with logs.txt (one log a line) or entries.ndjson ' +
        '({"data", "create_time", …}), and expected.ndjson. Ends with 1 when anything differs.',
    )
    .argument('<folder...>', 'parsers with their cases')
    .option('--update', 'write expected.ndjson as the parsers have it now')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  logweave parser test parsers/SQUID_WEBPROXY\n  logweave parser test parsers/* --update',
    )
    .action(testAction);
}

function testAction(folders: readonly string[], { json, update }: TestOptions): void {
  const reports = folders.map(readAndRun);
  const sound = reports.every(({ errors }) => errors.length === 0);
  if (update) for (const report of reports) updateExpected(report);
  process.stdout.write(json ? `${JSON.stringify({ parsers: reports.map(asJson) })}\n` : asText(reports, update));
  if (!sound || (!update && reports.some(({ cases }) => cases.length === 0 || cases.some(differs)))) {
    process.exitCode = 1;
  }
}

function readAndRun(path: string): CasesReport {
  try {
    return runCases(readParserFolder(path));
  } catch (error) {
    if (error instanceof ParserFolderProblem) throw new CommandError(error.message, 2, { cause: error });
    throw error;
  }
}

function updateExpected({ cases }: CasesReport): void {
  for (const { expectedFile, got } of cases.filter(differs)) {
    writeFileSync(expectedFile, got.map((log) => `${JSON.stringify(log)}\n`).join(''));
  }
}

function asText(reports: readonly CasesReport[], update?: true): string {
  const failed = reports.filter(({ errors, cases }) => errors.length > 0 || cases.some(differs)).length;
  const changed = reports.reduce((count, { cases }) => count + cases.filter(differs).length, 0);
  const end = update
    ? `${changed} expected file${changed === 1 ? '' : 's'} written`
    : `${reports.length - failed} of ${reports.length} parser${reports.length === 1 ? '' : 's'} as expected`;
  return `${reports.map(formatReport).join('')}${end}\n`;
}

function asJson({ logType, errors, cases, statements, unreached }: CasesReport): object {
  return {
    logType,
    errors,
    cases: cases.map(({ name, logs, differing }) => ({ name, logs, differing })),
    statements,
    unreached,
  };
}

function differs({ differing }: CasesReport['cases'][number]): boolean {
  return differing.length > 0;
}
