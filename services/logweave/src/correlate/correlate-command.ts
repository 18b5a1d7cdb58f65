import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { CorrelationRules } from '@logweave/correlation';
import { systemClock } from '@logweave/service-kit';
import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { type Arrival, parseArrival } from './arrival-order.ts';
import { type ByteSource, openFileSource, StreamSource } from './byte-source.ts';
import { defaultCorrelationSection, offlineRules, type RuleFlags } from './correlate-options.ts';
import { deadLetterSentence, summarise } from './correlate-summary.ts';
import { type Joined, joinFiles } from './join-files.ts';
import { LineOutput } from './line-output.ts';
import { LineReader } from './line-reader.ts';
import { progressLine } from './progress-line.ts';
import { readCorrelationSection } from './read-correlation-section.ts';

interface CorrelateFlags extends RuleFlags {
  readonly http: string;
  readonly network: string;
  readonly config?: string;
  readonly out?: string;
  readonly arrival: string;
  readonly stats: boolean;
  readonly withLines: boolean;
}

/** `logweave correlate`: the join of the service over two files. */
export function correlateCommand(): Command {
  return new Command('correlate')
    .description('join two files of logs (a JSON object a line) as the running service would')
    .requiredOption('--http <file>', 'HTTP events (source A); - reads standard input')
    .requiredOption('--network <file>', 'network events (source B); - reads standard input')
    .option(
      '--mode <mode>',
      'one_to_one, or one_to_many: each request of a keep-alive connection (default: one_to_one)',
    )
    .option('--window <time>', 'how far apart the halves may be, as in 500ms, 1s, 2m (default: 1s)')
    .option('--before <time>', 'how much earlier than its request a network event may be (default: the window)')
    .option('--after <time>', 'how much later than its request a network event may be (default: the window)')
    .option('--ttl <time>', 'one_to_many: how long a connection lives after its last request (default: 120s)')
    .option('--skew <time>', 'one_to_many: how much a request may seem to precede its handshake (default: 10ms)')
    .option('--lateness <time>', 'how far out of order a file may be (default: 500ms)')
    .option('--network-emit', 'write network events without an HTTP event as well')
    .option('--config <file>', 'take the section correlation of this configuration; flags go before it')
    .option('--out <file>', 'write the joined records there (default: standard output)')
    .option('--stats', 'print what became of the events, as JSON on standard error', false)
    .option(
      '--arrival <order>',
      'order in which the files are taken: time, http-first, network-first, shuffle:SEED',
      'time',
    )
    .option('--with-lines', 'end each record with a_line and b_line, the numbers of its input lines', false)
    .action(correlate);
}

async function correlate(flags: CorrelateFlags): Promise<void> {
  const { rules, arrival } = await readFlags(flags);
  const readers: [LineReader, LineReader] = [
    new LineReader(await openInput('--http', flags.http)),
    new LineReader(await openInput('--network', flags.network)),
  ];
  const stream = await openOutput(flags);
  const output = new LineOutput(stream);
  const progress = progressLine(readers, process.stderr, systemClock);
  const beganMs = systemClock.monotonicMs();
  try {
    const { withLines } = flags;
    const joined = await joinFiles({ readers, rules, arrival, withLines, output, progress: progress.show });
    if (stream !== process.stdout) await new Promise<void>((resolve) => stream.end(resolve));
    progress.clear();
    report(flags, joined, readers, output.lines, systemClock.monotonicMs() - beganMs);
  } catch (error) {
    progress.clear();
    // Whoever reads the output has seen enough, as `head` has.
    if (codeOf(error) === 'EPIPE') return;
    if (codeOf(error) === null) throw error;
    throw new CommandError(messageOf(error), 1, { cause: error });
  } finally {
    for (const { source } of readers) await source.close();
  }
}

async function readFlags(
  flags: CorrelateFlags,
): Promise<{ readonly rules: CorrelationRules; readonly arrival: Arrival }> {
  if (flags.http === '-' && flags.network === '-') {
    throw new CommandError('--http and --network: only one of them can be standard input', 2);
  }
  try {
    const section =
      flags.config === undefined ? defaultCorrelationSection() : await readCorrelationSection(flags.config);
    return { rules: offlineRules(section, flags), arrival: arrivalOf(flags) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError(error.message, 2, { cause: error });
  }
}

function arrivalOf({ arrival }: CorrelateFlags): Arrival {
  try {
    return parseArrival(arrival);
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`--arrival: ${error.message}`) : error;
  }
}

async function openInput(flag: string, path: string): Promise<ByteSource> {
  if (path === '-') return new StreamSource(process.stdin);
  try {
    return await openFileSource(path);
  } catch (error) {
    if (codeOf(error) === null) throw error;
    throw new CommandError(`${flag} ${path}: ${messageOf(error)}`, 1, { cause: error });
  }
}

async function openOutput({ out, http, network }: CorrelateFlags): Promise<Writable> {
  if (out === undefined || out === '-') return process.stdout;
  for (const [flag, path] of [
    ['--http', http],
    ['--network', network],
  ] as const) {
    // Opening it for writing would empty it before it is read.
    if (await sameFile(out, path)) {
      throw new CommandError(`--out ${out}: is the same file as ${flag}`, 2);
    }
  }
  const stream = createWriteStream(out);
  try {
    await new Promise<void>((resolve, reject) => {
      stream.once('open', () => resolve());
      stream.once('error', reject);
    });
  } catch (error) {
    if (codeOf(error) === null) throw error;
    throw new CommandError(`--out ${out}: ${messageOf(error)}`, 1, { cause: error });
  }
  return stream;
}

async function sameFile(out: string, input: string): Promise<boolean> {
  const [a, b] = await Promise.allSettled([stat(out), stat(input)]);
  if (a.status === 'rejected' || b.status === 'rejected') return false;
  return a.value.isFile() && a.value.ino === b.value.ino && a.value.dev === b.value.dev;
}

function report(
  flags: CorrelateFlags,
  joined: Joined,
  readers: readonly [LineReader, LineReader],
  records: number,
  elapsedMs: number,
): void {
  if (flags.stats) {
    process.stderr.write(`${JSON.stringify(summarise(joined, readers, records, elapsedMs), null, 2)}\n`);
    return;
  }
  const sentences = [
    deadLetterSentence(`--http ${flags.http}`, joined.deadLetters[0]),
    deadLetterSentence(`--network ${flags.network}`, joined.deadLetters[1]),
  ];
  for (const sentence of sentences) if (sentence !== null) process.stderr.write(`logweave correlate: ${sentence}\n`);
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** The system's own words for what everybody meets. */
function messageOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'is a directory';
  return error instanceof Error ? error.message : String(error);
}
