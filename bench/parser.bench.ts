import { existsSync, readFileSync } from 'node:fs';
import { loadDefaultParsers } from '@logweave/default-parsers';
import { createLogParser, type RawLog } from '@logweave/parser-lang';
import { compiledProgram, naiveProgram } from '@logweave/parser-lang/testing';
import { makeLogLines } from './parser/log-lines.ts';
import { CSV_PARSER, KV_PARSER } from './parser/own-parsers.ts';

/**
 * What parsing costs on one core, from the text of a log to the text of its event: logs/s and MB/s of CPU time, medians of
 * several runs. Beside it what the compiled program alone costs, and the same program walked as a tree.
 *
 * `LOGWEAVE_SQUID_PARSER=FILE` measures the Squid lines with that parser instead of the default one.
 */
const LINES = 5_000;
const RUNS = 7;

interface Workload {
  readonly name: string;
  readonly text: string;
  readonly logType: string;
  readonly lines: readonly string[];
}

const createTime = { seconds: 1_790_100_000, nanos: 0 };
const lines = makeLogLines(LINES);
const defaults = new Map(loadDefaultParsers().map(({ logType, text }) => [logType, text]));
const squidFile = process.env['LOGWEAVE_SQUID_PARSER'];
const squid = squidFile !== undefined && existsSync(squidFile) ? readFileSync(squidFile, 'utf8') : null;

const workloads: readonly Workload[] = [
  {
    name: squid === null ? 'Squid' : `Squid, ${squidFile}`,
    logType: 'SQUID_WEBPROXY',
    lines: lines.squid,
    text: squid ?? defaultText('SQUID_WEBPROXY'),
  },
  { name: 'Apache combined', logType: 'APACHE', lines: lines.apache, text: defaultText('APACHE') },
  { name: 'Zeek JSON', logType: 'BRO_JSON', lines: lines.zeek, text: defaultText('BRO_JSON') },
  { name: 'kv', logType: 'KV', lines: lines.kv, text: KV_PARSER },
  { name: 'csv', logType: 'CSV', lines: lines.csv, text: CSV_PARSER },
];

console.log('workload                 logs/s    MB/s   us/log   compiled   interpreted   ratio   events');
for (const workload of workloads) measure(workload);

function measure({ name, text, logType, lines: texts }: Workload): void {
  const { parser } = createLogParser({ text, logType });
  if (parser === null) throw new Error(`the parser of ${name} does not compile`);
  const logs = texts.map((line): RawLog => ({ text: line, createTime }));
  let events = 0;
  const whole = medianMicroseconds(logs, (log) => {
    const parsed = parser.parse(log);
    events += parsed.events.length;
    for (const event of parsed.events) JSON.stringify(event);
  });
  const compiled = compiledProgram(text);
  const naive = naiveProgram(text);
  const bare = medianMicroseconds(logs, (log) => compiled.run(log));
  const walked = medianMicroseconds(logs.slice(0, LINES / 10), (log) => naive.run(log));
  const bytes = texts.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / texts.length;
  const share = events / (texts.length * (RUNS + 1));
  const cells = [
    name.padEnd(20),
    (1e6 / whole).toFixed(0).padStart(10),
    (bytes / whole).toFixed(1).padStart(7),
    whole.toFixed(1).padStart(8),
    bare.toFixed(1).padStart(10),
    walked.toFixed(1).padStart(13),
    `${(walked / bare).toFixed(1)}x`.padStart(7),
    `${(share * 100).toFixed(0)} %`.padStart(8),
  ];
  console.log(cells.join(' '));
}

function medianMicroseconds(logs: readonly RawLog[], step: (log: RawLog) => unknown): number {
  for (const log of logs) step(log);
  const figures: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const from = process.cpuUsage();
    for (const log of logs) step(log);
    const { user, system } = process.cpuUsage(from);
    figures.push((user + system) / logs.length);
  }
  return figures.sort((left, right) => left - right)[RUNS >> 1] ?? 0;
}

function defaultText(logType: string): string {
  const text = defaults.get(logType);
  if (text === undefined) throw new Error(`there is no default parser for ${logType}`);
  return text;
}
