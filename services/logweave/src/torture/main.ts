/**
 * `node --conditions=@logweave/source services/logweave/src/torture/main.ts [--kills N] [--rate N] [--seed N] [--mode
 * one_to_many|one_to_one] [--keep]`: kills `logweave up` again and again under load and then looks whether every line
 * that the log acknowledged has exactly the outcome that the rules give it, once, everywhere. Ends with a line
 * `N passed, N failed`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkResults, type ResultReport } from './check-results.ts';
import { agrees } from './compare-outputs.ts';
import { type KillReport, runKills } from './kill-schedule.ts';
import type { TortureOptions } from './torture-config.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    rate: { type: 'string', default: '26000' },
    seed: { type: 'string', default: '1' },
    mode: { type: 'string', default: 'one_to_many' },
    keep: { type: 'boolean', default: false },
  },
});
if (values.mode !== 'one_to_many' && values.mode !== 'one_to_one') throw new Error(`no such mode: ${values.mode}`);

const options: TortureOptions = {
  directory: await mkdtemp(join(tmpdir(), 'logweave-torture-')),
  mode: values.mode,
  kills: Number(values.kills),
  rate: Number(values.rate),
  seed: Number(values.seed),
};

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: unknown;
}

/**
 * The senders offer `--rate`; what is taken of it in a second depends on the machine, so it is printed and not judged.
 * Below this it would be no load at all.
 */
const LEAST_LINES_PER_SECOND = 5_000;

function checksOf(kills: KillReport, results: ResultReport): readonly Check[] {
  const sum = (of: 'lines' | 'results' | 'unconserved' | 'compared' | 'different' | 'matched'): number =>
    results.joins.reduce((total, join) => total + join[of], 0);
  const problems = results.joins.flatMap((join) => join.problems);
  const [lines, compared] = [sum('lines'), sum('compared')];
  return [
    {
      name: 'the process was under load when it was killed',
      ok: kills.linesPerSecond >= LEAST_LINES_PER_SECOND,
      detail: { lines_per_second: Math.round(kills.linesPerSecond) },
    },
    {
      name: 'three of four kills at least left records to be read again',
      ok: kills.killsWithReplay >= kills.kills * 0.75,
      detail: { kills: kills.kills, with_replay: kills.killsWithReplay },
    },
    { name: 'what a killed process had started ended by itself', ok: kills.leftOver === 0, detail: kills.leftOver },
    {
      name: 'the graceful stop at the end ended with 0',
      ok: kills.lastExit.code === 0 && kills.unwritten === 0,
      detail: { ...kills.lastExit, unwritten: kills.unwritten },
    },
    {
      name: 'fault 3: every line of the input topics has exactly one outcome after all kills',
      ok: lines > 0 && sum('unconserved') === 0,
      detail: { lines, results: sum('results'), wrong: sum('unconserved'), problems },
    },
    {
      name: 'fault 3: the outcomes after all kills are those of the join without a crash',
      ok: sum('different') === 0 && compared >= lines * 0.9,
      detail: {
        compared,
        different: sum('different'),
        matched: sum('matched'),
        maybe_late: results.maybeLate,
        problems,
      },
    },
    {
      name: 'the output file holds the result topic, each record once',
      ok: agrees(results.file),
      detail: results.file,
    },
    {
      name: 'fault 5: the raw table of ClickHouse holds the result topic, each record once',
      ok: agrees(results.raw),
      detail: results.raw,
    },
    { name: 'http_logs holds the result topic, each record once', ok: agrees(results.logs), detail: results.logs },
  ];
}

const kills = await runKills(options, (text) => console.log(text));
const results = await checkResults(options, kills.baseMs);
const checks = checksOf(kills, results);
for (const { name, ok, detail } of checks) console.log(`${ok ? 'ok' : 'not ok'} ${name}: ${JSON.stringify(detail)}`);
const failed = checks.filter(({ ok }) => !ok).length;
if (failed > 0 || values.keep) console.log(`everything is in ${options.directory}`);
else await rm(options.directory, { recursive: true });
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
