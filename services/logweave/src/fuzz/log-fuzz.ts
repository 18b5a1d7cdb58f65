import { Random } from '@logweave/generate';
import { createLogParser, type LogParser, type ParsedLog, type RawLog } from '@logweave/parser-lang';
import { findFlaw } from './check-parsed-log.ts';
import { cpuMs, leastCpuMs } from './cpu-time.ts';
import { type HeapReport, HeapSamples } from './heap-samples.ts';
import { mutateLog, pick } from './mutate-log.ts';
import type { ParserSeed } from './parser-seeds.ts';
import { shrinkText } from './shrink-text.ts';
import { StatementCoverage } from './statement-coverage.ts';

/** What a log of at most this length may take. */
const MOST_CPU_MS = 250;
const TIMED_LENGTH = 64 * 1024;
/** How many flaws are kept, made small and shown. */
const FLAWS_KEPT = 20;
/** One log in so many is followed by a log whose outcome is known. */
const KNOWN_LOG_EVERY = 997;
const HEAP_SAMPLES = 64;
/** The share of the logs that runs again with an observer. */
const COVERAGE_ONE_IN = 20;

export interface LogFuzzOptions {
  readonly seed: number;
  /** Index of the first log. */
  readonly from: number;
  readonly logs: number;
  /** Asked now and then; the run ends early when it is true. */
  readonly isOver: () => boolean;
  /** Told of each log before it runs. */
  readonly begin: (index: number) => void;
}

/** A log that something is wrong with: a case for a test. */
export interface LogFlaw {
  readonly flaw: string;
  readonly logType: string;
  readonly seed: number;
  readonly index: number;
  readonly log: RawLog;
}

export interface ParserTally {
  readonly logType: string;
  logs: number;
  /** Logs of which something came to `@output`, valid or not. */
  output: number;
  dropped: number;
  readonly failed: Map<string, number>;
  statements: number;
  ran: number;
}

export interface LogFuzzReport {
  readonly logs: number;
  readonly tallies: readonly ParserTally[];
  readonly flaws: readonly LogFlaw[];
  readonly flawCount: number;
  /** The slowest log of at most 64 KiB. */
  readonly slowest: { readonly ms: number; readonly logType: string; readonly index: number };
  /** The slowest of the longer ones. */
  readonly slowestLong: { readonly ms: number; readonly logType: string; readonly index: number };
  readonly cpuSeconds: number;
  readonly heap: HeapReport;
}

/** Parses mutated logs with all parsers and looks at every outcome. The same seed and index give the same log. */
export function fuzzLogs(seeds: readonly ParserSeed[], options: LogFuzzOptions): LogFuzzReport {
  return new LogFuzz(seeds, options).run();
}

/** The log of an index, and the parser that it is for. */
export function mutatedLog(seeds: readonly ParserSeed[], seed: number, index: number): { at: number; log: RawLog } {
  const random = new Random((Math.imul(seed, 0x85ebca6b) + index) | 0);
  const at = random.below(seeds.length);
  const { logs } = seeds[at] as ParserSeed;
  const log = pick(logs, random);
  const other = pick(random.below(4) === 0 ? pick(seeds, random).logs : logs, random);
  return { at, log: { ...log, text: mutateLog(log.text, other.text, random) } };
}

class LogFuzz {
  readonly #seeds: readonly ParserSeed[];
  readonly #options: LogFuzzOptions;
  readonly #parsers: readonly LogParser[];
  readonly #known: readonly string[];
  readonly #tallies: readonly ParserTally[];
  readonly #flaws: LogFlaw[] = [];
  readonly #heap = new HeapSamples();
  #flawCount = 0;
  #slowest = { ms: 0, logType: '', index: -1 };
  #slowestLong = { ms: 0, logType: '', index: -1 };
  #cpuMs = 0;

  constructor(seeds: readonly ParserSeed[], options: LogFuzzOptions) {
    this.#seeds = seeds;
    this.#options = options;
    this.#parsers = seeds.map((seed) => compile(seed));
    this.#known = this.#parsers.map((parser, at) => JSON.stringify(parser.parse(firstLog(seeds[at] as ParserSeed))));
    this.#tallies = seeds.map(({ logType }) => {
      return { logType, logs: 0, output: 0, dropped: 0, failed: new Map(), statements: 0, ran: 0 };
    });
  }

  run(): LogFuzzReport {
    const { from, logs, isOver, begin } = this.#options;
    const sampleEvery = Math.max(1, Math.floor(logs / HEAP_SAMPLES));
    let done = 0;
    for (; done < logs; done++) {
      if (done % sampleEvery === 0) this.#heap.take();
      if (done % 64 === 0 && isOver()) break;
      begin(from + done);
      this.#one(from + done);
    }
    this.#cover(from, done);
    return {
      logs: done,
      tallies: this.#tallies,
      flaws: this.#flaws,
      flawCount: this.#flawCount,
      slowest: this.#slowest,
      slowestLong: this.#slowestLong,
      cpuSeconds: this.#cpuMs / 1_000,
      heap: this.#heap.report(),
    };
  }

  #one(index: number): void {
    const { at, log } = mutatedLog(this.#seeds, this.#options.seed, index);
    const parser = this.#parsers[at] as LogParser;
    let parsed: ParsedLog | undefined;
    let flaw: string | undefined;
    const ms = cpuMs(() => {
      try {
        parsed = parser.parse(log);
      } catch (error) {
        flaw = thrown(error);
      }
    });
    this.#cpuMs += ms;
    this.#time(parser, log, index, ms);
    if (parsed !== undefined) {
      tally(this.#tallies[at] as ParserTally, parsed);
      flaw = findFlaw(parsed);
    }
    if (flaw !== undefined) this.#report(at, log, index, flaw);
    if (index % KNOWN_LOG_EVERY !== 0) return;
    const again = JSON.stringify(parser.parse(firstLog(this.#seeds[at] as ParserSeed)));
    if (again !== this.#known[at]) this.#report(at, log, index, 'the next log has another outcome');
  }

  #time(parser: LogParser, log: RawLog, index: number, firstMs: number): void {
    const short = log.text.length <= TIMED_LENGTH;
    const slowest = short ? this.#slowest : this.#slowestLong;
    if (firstMs <= slowest.ms) return;
    const ms = leastCpuMs(firstMs, slowest.ms, () => parser.parse(log));
    if (ms <= slowest.ms) return;
    const found = { ms, logType: parser.logType, index };
    if (short) this.#slowest = found;
    else this.#slowestLong = found;
    if (short && ms > MOST_CPU_MS) {
      this.#add({ flaw: `takes ${Math.round(ms)} ms`, logType: parser.logType, index, seed: this.#options.seed, log });
    }
  }

  #report(at: number, log: RawLog, index: number, flaw: string): void {
    const { logType } = this.#seeds[at] as ParserSeed;
    const known = this.#flaws.some((other) => other.logType === logType && kindOf(other.flaw) === kindOf(flaw));
    const parser = this.#parsers[at] as LogParser;
    const text = known
      ? log.text
      : shrinkText(log.text, (shorter) => kindOf(flawOf(parser, { ...log, text: shorter })) === kindOf(flaw));
    this.#add({ flaw, logType, index, seed: this.#options.seed, log: { ...log, text } });
  }

  #add(flaw: LogFlaw): void {
    this.#flawCount++;
    if (this.#flaws.length < FLAWS_KEPT) this.#flaws.push(flaw);
  }

  /** Runs a share of the logs again to see which statements they reach; an observer costs time. */
  #cover(from: number, done: number): void {
    const covered = this.#seeds.map((seed, at) => {
      const coverage = new StatementCoverage(seed.text);
      const parser = compile(seed, coverage);
      for (const log of seed.logs) parser.parse(log);
      const entry = { coverage, parser };
      Object.assign(this.#tallies[at] as ParserTally, { statements: coverage.statements });
      return entry;
    });
    for (let index = from; index < from + done; index += COVERAGE_ONE_IN) {
      const { at, log } = mutatedLog(this.#seeds, this.#options.seed, index);
      if (flawOf(this.#parsers[at] as LogParser, log)?.startsWith('threw') !== true) covered[at]?.parser.parse(log);
    }
    for (const [at, { coverage }] of covered.entries()) (this.#tallies[at] as ParserTally).ran = coverage.ran;
  }
}

function compile({ text, logType }: ParserSeed, observer?: StatementCoverage): LogParser {
  const { parser, diagnostics } = createLogParser({ text, logType, ...(observer === undefined ? {} : { observer }) });
  if (parser === null) throw new Error(`the parser of ${logType} does not compile: ${diagnostics[0]?.message ?? ''}`);
  return parser;
}

function firstLog({ logs }: ParserSeed): RawLog {
  return logs[0] as RawLog;
}

function flawOf(parser: LogParser, log: RawLog): string | undefined {
  try {
    return findFlaw(parser.parse(log));
  } catch (error) {
    return thrown(error);
  }
}

export function thrown(error: unknown): string {
  return error instanceof Error ? `threw ${error.stack ?? error.message}` : `threw ${String(error)}`;
}

/** A flaw without its numbers, so that one defect is told once. */
function kindOf(flaw: string | undefined): string | undefined {
  return flaw?.split('\n')[0]?.replace(/\d+/g, '#');
}

function tally(counts: ParserTally, { error, dropped, events, entities }: ParsedLog): void {
  counts.logs++;
  if (dropped !== null) counts.dropped++;
  if (error !== null) counts.failed.set(error.code, (counts.failed.get(error.code) ?? 0) + 1);
  if (events.length + entities.length > 0 || error?.code === 'LOG_PARSING_GENERATED_INVALID_EVENT') counts.output++;
}
