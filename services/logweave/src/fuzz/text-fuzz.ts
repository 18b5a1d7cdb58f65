import { Random } from '@logweave/generate';
import {
  createLogParser,
  type Diagnostic,
  LineIndex,
  lintProgram,
  type ParserLimits,
  parseProgram,
  type RawLog,
} from '@logweave/parser-lang';
import { StatementTrace } from '../parse/statement-trace.ts';
import { findFlaw } from './check-parsed-log.ts';
import { cpuMs, leastCpuMs } from './cpu-time.ts';
import { type HeapReport, HeapSamples } from './heap-samples.ts';
import { thrown } from './log-fuzz.ts';
import { pick } from './mutate-log.ts';
import { mutateParserText } from './mutate-parser-text.ts';
import type { ParserSeed } from './parser-seeds.ts';
import { shrinkText } from './shrink-text.ts';

/** What reading, linting, compiling and running one text may take. */
const MOST_CPU_MS = 1_000;
const FLAWS_KEPT = 20;
const HEAP_SAMPLES = 64;
/** One text in so many is run with a trace as well. */
const TRACED_ONE_IN = 8;

/** Small, so that texts reach them. */
const LIMITS: ParserLimits = {
  statements: 2_000,
  loopTurns: 500,
  workCharacters: 2 * 1024 * 1024,
  tokenCharacters: 256 * 1024,
  values: 20_000,
  depth: 50,
  outputs: 50,
};

export interface TextFuzzOptions {
  readonly seed: number;
  readonly from: number;
  readonly texts: number;
  readonly isOver: () => boolean;
  readonly begin: (index: number) => void;
}

export interface TextFlaw {
  readonly flaw: string;
  readonly seed: number;
  readonly index: number;
  readonly text: string;
  readonly logs: readonly string[];
}

export interface TextFuzzReport {
  readonly texts: number;
  readonly compiled: number;
  /** Texts of which a log ran into a limit. */
  readonly limited: number;
  /** Texts of which a log gave a record. */
  readonly gaveRecords: number;
  readonly diagnostics: number;
  readonly flaws: readonly TextFlaw[];
  readonly flawCount: number;
  readonly slowest: { readonly ms: number; readonly index: number; readonly characters: number };
  readonly cpuSeconds: number;
  readonly heap: HeapReport;
}

/** What texts are made of, and the logs that they are run on. */
export interface TextSeeds {
  readonly parsers: readonly ParserSeed[];
  readonly texts: readonly string[];
}

interface Attempt {
  readonly flaw: string | undefined;
  readonly compiled: boolean;
  readonly limited: boolean;
  readonly gaveRecords: boolean;
  readonly diagnostics: number;
}

/** The text of an index, and the logs that it is run on. */
export function mutatedText(seeds: TextSeeds, seed: number, index: number): { text: string; logs: readonly RawLog[] } {
  const random = new Random((Math.imul(seed, 0xc2b2ae35) + index) | 0);
  const parser = pick(seeds.parsers, random);
  const text = random.below(2) === 0 ? parser.text : pick(seeds.texts, random);
  const other = random.below(2) === 0 ? pick(seeds.parsers, random).text : pick(seeds.texts, random);
  const mutated = mutateParserText(text, other, random);
  return { text: mutated, logs: [pick(parser.logs, random), pick(pick(seeds.parsers, random).logs, random)] };
}

/** Reads, lints, compiles and runs mutated parsers. The same seed and index give the same text. */
export function fuzzTexts(seeds: TextSeeds, options: TextFuzzOptions): TextFuzzReport {
  const { seed, from, texts, isOver, begin } = options;
  const heap = new HeapSamples();
  const sampleEvery = Math.max(1, Math.floor(texts / HEAP_SAMPLES));
  const flaws: TextFlaw[] = [];
  const counts = { compiled: 0, limited: 0, gaveRecords: 0, diagnostics: 0, flawCount: 0, cpuMs: 0 };
  let slowest = { ms: 0, index: -1, characters: 0 };
  let done = 0;
  for (; done < texts; done++) {
    if (done % sampleEvery === 0) heap.take();
    if (isOver()) break;
    const index = from + done;
    begin(index);
    const { text, logs } = mutatedText(seeds, seed, index);
    const traced = index % TRACED_ONE_IN === 0;
    let found: Attempt = NOTHING;
    // A trace looks at all tokens after each statement, and is not made to be quick.
    const firstMs = cpuMs(() => {
      found = attempt(text, logs, false);
    });
    if (traced) found = { ...found, flaw: found.flaw ?? attempt(text, logs, true).flaw };
    counts.cpuMs += firstMs;
    for (const name of ['compiled', 'limited', 'gaveRecords', 'diagnostics'] as const)
      counts[name] += Number(found[name]);
    if (firstMs > slowest.ms) {
      const ms = leastCpuMs(firstMs, slowest.ms, () => attempt(text, logs, false));
      if (ms > slowest.ms) slowest = { ms, index, characters: text.length };
      if (ms > MOST_CPU_MS && found.flaw === undefined) found = { ...found, flaw: `takes ${Math.round(ms)} ms` };
    }
    if (found.flaw === undefined) continue;
    counts.flawCount++;
    if (flaws.length >= FLAWS_KEPT) continue;
    const kind = kindOf(found.flaw);
    const known = kind.startsWith('takes') || flaws.some((other) => kindOf(other.flaw) === kind);
    const small = known
      ? text
      : shrinkText(text, (shorter) => kindOf(attempt(shorter, logs, traced).flaw ?? '') === kind);
    flaws.push({ flaw: found.flaw, seed, index, text: small, logs: logs.map((log) => log.text) });
  }
  heap.take();
  const { cpuMs: totalMs, ...figures } = counts;
  return { texts: done, ...figures, flaws, slowest, cpuSeconds: totalMs / 1_000, heap: heap.report() };
}

const NOTHING: Attempt = { flaw: undefined, compiled: false, limited: false, gaveRecords: false, diagnostics: 0 };

function attempt(text: string, logs: readonly RawLog[], traced: boolean): Attempt {
  try {
    return tryText(text, logs, traced);
  } catch (error) {
    return { ...NOTHING, flaw: thrown(error) };
  }
}

function tryText(text: string, logs: readonly RawLog[], traced: boolean): Attempt {
  const parsed = parseProgram(text);
  const findings = lintProgram(parsed.program, text);
  const trace = traced ? new StatementTrace(new LineIndex(text), () => {}) : undefined;
  const created = createLogParser({
    text,
    logType: 'FUZZ',
    limits: LIMITS,
    ...(trace === undefined ? {} : { observer: trace }),
  });
  const diagnostics = [...findings, ...created.diagnostics];
  const result = { compiled: created.parser !== null, limited: false, gaveRecords: false };
  const outside = diagnostics.find((diagnostic) => !isInside(diagnostic, text));
  if (outside !== undefined) {
    const { rule, span, message } = outside;
    return { ...result, flaw: `[${rule}] at ${span.start}-${span.end}: ${message}`, diagnostics: diagnostics.length };
  }
  let flaw: string | undefined;
  for (const log of created.parser === null ? [] : logs) {
    const outcome = created.parser?.parse(log);
    if (outcome === undefined) break;
    result.limited ||= outcome.error?.code === 'LOG_PARSING_LIMIT_EXCEEDED';
    result.gaveRecords ||= outcome.events.length + outcome.entities.length > 0;
    flaw ??= findFlaw(outcome);
  }
  return { ...result, flaw, diagnostics: diagnostics.length };
}

function isInside({ span: { start, end } }: Diagnostic, { length }: string): boolean {
  return start >= 0 && start <= end && end <= length;
}

function kindOf(flaw: string): string {
  return (flaw.split('\n')[0] ?? '').replace(/\d+/g, '#');
}
