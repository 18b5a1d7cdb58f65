import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { EntryProblem, instantOf, readEntry } from '@logweave/default-parsers';
import {
  createLogParser,
  type Diagnostic,
  formatDiagnostic,
  type Instant,
  LineIndex,
  type LogParser,
  type ParsedLog,
  type RawLog,
} from '@logweave/parser-lang';
import { systemClock } from '@logweave/service-kit';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CommandError } from '../command-error.ts';
import { LineOutput } from '../correlate/line-output.ts';
import { readLines } from './read-lines.ts';
import { StatementTrace } from './statement-trace.ts';

/** A raw log may have 4 MiB; an entry is JSON, where a byte may take six. */
const LINE_LIMIT_BYTES = { text: 4 * 1024 * 1024, entries: 24 * 1024 * 1024 } as const;

interface ParseOptions {
  readonly parser: string;
  readonly logType: string;
  readonly extension?: string;
  readonly createTime?: Instant;
  readonly input: 'text' | 'entries';
  readonly trace?: true;
  readonly lenient?: true;
}

/** `logweave parse`: UDM events of raw logs, one JSON line per log. */
export function parseCommand(): Command {
  return new Command('parse')
    .description('Makes UDM events of raw logs, with the engine of the service. Prints one JSON line per log.')
    .argument('[file]', 'the logs, one a line; - reads from the standard input', '-')
    .requiredOption('--parser <file>', 'the parser')
    .requiredOption('--log-type <type>', 'the log type, as SQUID_WEBPROXY')
    .option('--extension <file>', 'a parser extension that is run after the parser and merged into its events')
    .option('--create-time <time>', 'when the logs were taken in (RFC 3339); now by default', parseTime)
    .addOption(
      new Option('--input <kind>', 'a line is a log, or a JSON object {data, create_time?, timestamp?, …}')
        .choices(['text', 'entries'])
        .default('text'),
    )
    .option('--trace', 'show each statement with what it changed, on the standard error output')
    .option('--lenient', 'let conditions name tokens that were never set')
    .addHelpText(
      'after',
      '\nExamples:\n  logweave parse --parser squid.conf --log-type SQUID_WEBPROXY access.log' +
        '\n  tail -1 access.log | logweave parse --parser squid.conf --log-type SQUID_WEBPROXY --trace -',
    )
    .action(async (file: string, options: ParseOptions) => parseLogs(file, options, process.stdout, process.stderr));
}

async function parseLogs(file: string, options: ParseOptions, out: Writable, err: Writable): Promise<void> {
  const createTime = options.createTime ?? now();
  const loaded = await loadParser(options, (line) => err.write(`${line}\n`));
  const output = new LineOutput(out);
  const stream = file === '-' ? process.stdin : createReadStream(file);
  let line = 0;
  try {
    for await (const bytes of readLines(stream, LINE_LIMIT_BYTES[options.input])) {
      line++;
      if (bytes instanceof Uint8Array && bytes.length === 0) continue;
      loaded.trace?.begin(line);
      output.add(Buffer.from(JSON.stringify({ line, ...parseLine(bytes, loaded.parser, options.input, createTime) })));
      if (output.due) await output.drain();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || error.code === 'EPIPE') throw error;
    throw new CommandError(`${file}: ${error.message}`, 1, { cause: error });
  }
  await output.finish();
}

function parseLine(
  line: Buffer | { readonly tooLongBytes: number },
  parser: LogParser,
  input: 'text' | 'entries',
  createTime: Instant,
): object {
  if ('tooLongBytes' in line) {
    return refused('line_too_long', `the line has ${line.tooLongBytes} bytes, ${LINE_LIMIT_BYTES[input]} are taken`);
  }
  const text = line.toString('utf8');
  if (input === 'text') return shown(parser.parse({ text, createTime }));
  let log: RawLog;
  try {
    log = readEntry(text, createTime);
  } catch (error) {
    if (error instanceof EntryProblem) return refused('invalid_entry', error.message);
    throw error;
  }
  return shown(parser.parse(log));
}

function shown({ events, entities, error, dropped, warnings, statedumps }: ParsedLog): object {
  const dumps = statedumps.length === 0 ? {} : { statedumps };
  return { events, entities, error, dropped, warnings, ...dumps };
}

function refused(code: string, message: string): object {
  return { events: [], entities: [], error: { code, message }, dropped: null, warnings: [] };
}

interface LoadedParser {
  readonly parser: LogParser;
  readonly trace: StatementTrace | undefined;
}

async function loadParser(options: ParseOptions, say: (line: string) => void): Promise<LoadedParser> {
  const text = await readText(options.parser);
  const lines = new LineIndex(text);
  const trace = options.trace === true ? new StatementTrace(lines, say) : undefined;
  const extension = options.extension === undefined ? undefined : await readText(options.extension);
  const { parser, diagnostics, extensionDiagnostics } = createLogParser({
    text,
    logType: options.logType,
    strict: options.lenient !== true,
    ...(extension === undefined ? {} : { extension }),
    ...(trace === undefined ? {} : { observer: trace }),
  });
  if (parser !== null) return { parser, trace };
  const errors = [
    ...describeErrors(diagnostics, text, options.parser),
    ...describeErrors(extensionDiagnostics, extension ?? '', options.extension ?? ''),
  ];
  throw new CommandError(errors.join('\n'), 2);
}

function describeErrors(diagnostics: readonly Diagnostic[], text: string, file: string): readonly string[] {
  const lines = new LineIndex(text);
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map((diagnostic) => formatDiagnostic(diagnostic, lines, file));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`, 2, { cause: error });
  }
}

function now(): Instant {
  const ms = systemClock.wallMs();
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round(ms - seconds * 1000) * 1_000_000 };
}

function parseTime(text: string): Instant {
  const time = instantOf(text);
  if (time === undefined) throw new InvalidArgumentError('Write a time as 2026-01-31T12:00:00Z.');
  return time;
}
