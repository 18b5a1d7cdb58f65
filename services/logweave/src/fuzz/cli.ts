/**
 * `npm run fuzz -- [--logs N] [--texts N] [--seed N] [--from N] [--seconds N] [--verbose]`: mutated logs through all
 * default parsers, then mutated parsers through reader, lint, compiler and run. Prints what is wrong as JSON, small enough
 * to become a test, a line of figures for each of the two, and `N passed, N failed`. With `LOGWEAVE_PARSER_CORPUS` the
 * parsers of that directory take part. `--from` begins at an index, `--seconds` ends each half after so long.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { systemClock } from '@logweave/service-kit';
import { logFigures, parserLines, textFigures } from './fuzz-report.ts';
import { fuzzLogs } from './log-fuzz.ts';
import { loadParserSeeds } from './parser-seeds.ts';
import { testParserTexts } from './parser-texts.ts';
import { fuzzTexts } from './text-fuzz.ts';

/** With `--verbose`, so that a run that was stopped can go on with `--from`. */
const PROGRESS_EVERY = 10_000;

const { values } = parseArgs({
  options: {
    logs: { type: 'string', default: '20000' },
    texts: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '0' },
    verbose: { type: 'boolean', default: false },
  },
});
const [logs, texts, seed, from, seconds] = [values.logs, values.texts, values.seed, values.from, values.seconds].map(
  Number,
) as [number, number, number, number, number];

const { seeds, skipped } = loadParserSeeds(process.env.LOGWEAVE_PARSER_CORPUS);
for (const reason of skipped) console.log(`left out: ${reason}`);

const cells = new Int32Array(new SharedArrayBuffer(12));
const watchdog = new Worker(new URL('./watchdog-worker.ts', import.meta.url), { workerData: { cells, seed } });
watchdog.unref();
const begin = (index: number): void => {
  Atomics.store(cells, 0, index);
  if (values.verbose && (index - from) % PROGRESS_EVERY === 0) console.error(`at ${index}`);
};

function until(): () => boolean {
  const endMs = systemClock.monotonicMs() + (seconds > 0 ? seconds * 1_000 : Number.POSITIVE_INFINITY);
  return () => systemClock.monotonicMs() > endMs;
}

let failed = 0;
if (logs > 0) {
  const report = fuzzLogs(seeds, { seed, from, logs, isOver: until(), begin });
  for (const flaw of report.flaws) console.log(JSON.stringify(flaw));
  if (values.verbose) for (const line of parserLines(report)) console.log(line);
  console.log(logFigures(report));
  failed += report.flawCount + Number(!report.heap.flat);
}
if (texts > 0) {
  Atomics.store(cells, 2, 1);
  const report = fuzzTexts({ parsers: seeds, texts: testParserTexts() }, { seed, from, texts, isOver: until(), begin });
  for (const flaw of report.flaws) console.log(JSON.stringify(flaw));
  console.log(textFigures(report));
  failed += report.flawCount + Number(!report.heap.flat);
}
console.log(`${failed === 0 ? 1 : 0} passed, ${failed === 0 ? 0 : 1} failed`);
process.exitCode = failed === 0 ? 0 : 1;
