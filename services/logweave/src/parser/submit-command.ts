import { readFile } from 'node:fs/promises';
import { type ParserRegistry, type SourceForm, type VersionKind } from '@logweave/parser-registry';
import { systemClock } from '@logweave/service-kit';
import { Command, InvalidArgumentError } from 'commander';
import { decideParserIntent, extensibleParser } from '../admin-socket/parser-intent.ts';
import { CommandError } from '../command-error.ts';
import { configOption } from '../commands/options.ts';
import { checkVersion, tryLogs } from './check-version.ts';
import { authorOption, jsonOption } from './options.ts';
import { authorOf, changeParsers } from './registry-access.ts';

/** What Chronicle takes for a sample as well. */
const MAX_LOGS = 1_000;

interface SubmitOptions {
  readonly config: string;
  readonly logType: string;
  readonly extension?: true;
  readonly logs?: string;
  readonly maxFailureRatio: number;
  readonly activate?: true;
  readonly author?: string;
  readonly json?: true;
}

/** `logweave parser submit`: a version more, checked before anybody can activate it. */
export function submitCommand(): Command {
  return new Command('submit')
    .summary('check a parser or an extension, and add it as a version')
    .description(
      'Checks a parser or an extension, and adds it as the next version of its log type. Refused is what does not ' +
        'compile or has errors of lint: statedump left in, events that take nothing from the log, unknown fields.',
    )
    .argument('<file>', 'the text; for an extension also extractors as JSON')
    .requiredOption('--log-type <type>', 'the log type, as SQUID_WEBPROXY')
    .option('--extension', 'it is an extension: it runs after the parser and goes over its event')
    .option('--logs <file>', `sample logs, one a line, of which the first ${MAX_LOGS} are parsed`)
    .option('--max-failure-ratio <ratio>', 'refuse when more of the sample logs fail', ratio, 0.05)
    .option('--activate', 'activate it, too')
    .addOption(configOption())
    .addOption(authorOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  logweave parser submit squid.conf --log-type SQUID_WEBPROXY --logs access.log' +
        '\n  logweave parser submit fields.json --log-type OKTA --extension --activate',
    )
    .action(submitAction);
}

async function submitAction(file: string, options: SubmitOptions): Promise<void> {
  const { logType, json } = options;
  const kind: VersionKind = options.extension === true ? 'extension' : 'custom';
  const text = await readText(file);
  const form: SourceForm = kind === 'extension' && text.trimStart().startsWith('{') ? 'field_extractors' : 'cbn';
  const logs = options.logs === undefined ? null : linesOf(await readText(options.logs));
  const author = authorOf(options);
  const record = await changeParsers(options.config, async (parsers) => {
    const registry = await parsers.registry();
    const base = kind === 'extension' ? baseOf(registry, logType) : null;
    const checked = checkVersion({ file, logType, kind, form, text, base: base?.text ?? null });
    if (!json || checked.parser === null) process.stderr.write(checked.text);
    if (checked.parser === null) throw new CommandError(`${file} was not submitted`, 1);
    const validation = logs === null ? null : tryLogs(checked.parser, logs, systemClock.wallMs());
    if (validation !== null && validation.failed > validation.logs * options.maxFailureRatio) {
      throw new CommandError(`${file} was not submitted: ${validation.message}`, 1);
    }
    const checkedOver = base?.label ?? null;
    const intent = { action: 'submit', logType, kind, form, text, validation, checkedOver, author } as const;
    // What is refused in any case, a text that is too long above all, is not even sent.
    const change = decideParserIntent(registry, intent, systemClock.wallMs());
    if (change.kind === 'refused') throw new CommandError(change.problem, 1);
    const [submitted] = await parsers.change(intent);
    if (submitted?.record !== 'version') throw new Error('nothing was submitted');
    if (options.activate === true) {
      await parsers.change({
        action: 'activate',
        logType,
        kind,
        version: submitted.version,
        author,
        seenRevision: null,
      });
    }
    return submitted;
  });
  const flag = kind === 'extension' ? ' --extension' : '';
  const next = `next: logweave parser activate ${logType} ${record.version}${flag}`;
  const { text: _, ...shown } = record;
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...shown, active: options.activate === true })}\n`
      : `${logType} ${kind} version ${record.version} is submitted; ${options.activate ? 'and active' : next}\n`,
  );
}

/** What an extension goes over. */
function baseOf(registry: ParserRegistry, logType: string): { readonly label: string; readonly text: string } {
  const base = extensibleParser(registry, logType);
  if (base === null) throw new CommandError(`${logType} has no active parser that could be extended`, 1);
  return base;
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, MAX_LOGS);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`, 2, { cause: error });
  }
}

function ratio(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('Write a number from 0 to 1.');
  return value;
}
