/**
 * `npm run torture -- --minutes N [--rate N] [--seed N] [--mode one_to_many|one_to_one] [--keep]`: three
 * correlators on a real Kafka under load, killed, frozen beyond their session, added and removed, with the broker killed
 * and restarted, at random. Then every line of the input topics must have exactly the outcome that the rules give it.
 * Ends with a line `N passed, N failed`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type KafkaTortureReport, runKafkaTorture } from './kafka/run-kafka-torture.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    rate: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    mode: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const MODES = ['one_to_many', 'one_to_one'] as const;
const modes = MODES.filter((mode) => values.mode === undefined || values.mode === mode);
if (modes.length === 0) throw new Error(`no such mode: ${values.mode}`);

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: unknown;
}

function checksOf(mode: string, report: KafkaTortureReport): readonly Check[] {
  const sum = (of: 'lines' | 'results' | 'unconserved' | 'compared' | 'different' | 'matched'): number =>
    report.joins.reduce((total, join) => total + join[of], 0);
  const problems = report.joins.flatMap((join) => join.problems);
  const [lines, compared] = [sum('lines'), sum('compared')];
  return [
    {
      name: `${mode}: tasks were taken over with records to read again`,
      ok: report.takeoversWithReplay > 0,
      detail: { takeovers: report.takeoversWithReplay, ...Object.fromEntries(report.actions) },
    },
    {
      name: `${mode}: graceful stops ended with 0`,
      ok: report.lastExits.every(({ code }) => code === 0),
      detail: report.lastExits,
    },
    {
      name: `fault 3: ${mode}: every line of the input topics has exactly one outcome`,
      ok: lines > 0 && sum('unconserved') === 0,
      detail: { lines, results: sum('results'), wrong: sum('unconserved'), problems },
    },
    {
      name: `fault 8: ${mode}: the outcomes are those of the join without any of this`,
      ok: sum('different') === 0 && compared >= lines * 0.5,
      detail: {
        compared,
        different: sum('different'),
        matched: sum('matched'),
        maybe_late: report.maybeLate,
        problems,
      },
    },
    { name: `${mode}: logweave audit finds nothing wrong`, ok: report.audit.holds, detail: report.audit },
  ];
}

const checks: Check[] = [];
for (const mode of modes) {
  const directory = await mkdtemp(join(tmpdir(), 'logweave-torture-kafka-'));
  const seed = Number(values.seed);
  console.log(`${mode}, seed ${seed}, ${values.minutes} minutes for ${modes.length} modes`);
  const minutes = Number(values.minutes) / modes.length;
  const options = { directory, mode, minutes, rate: Number(values.rate), seed, keep: values.keep };
  const report = await runKafkaTorture(options, (text) => console.log(text));
  if ('unavailable' in report) {
    console.log(`the torture of Kafka is skipped: ${report.unavailable}`);
    continue;
  }
  const results = checksOf(mode, report);
  for (const { name, ok, detail } of results) console.log(`${ok ? 'ok' : 'not ok'} ${name}: ${JSON.stringify(detail)}`);
  checks.push(...results);
  if (values.keep || results.some(({ ok }) => !ok)) console.log(`everything is in ${directory}`);
  else await rm(directory, { recursive: true });
}
const failed = checks.filter(({ ok }) => !ok).length;
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
