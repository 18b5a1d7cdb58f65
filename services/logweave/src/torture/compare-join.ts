import { joinByOracle, type OracleRules } from '@logweave/audit';
import type { InputLine, PartitionContents, ResultRecord } from './log-contents.ts';

/** What the comparison of one partition found. `problems` are for people, the first few only. */
export interface JoinComparison {
  readonly lines: number;
  readonly results: number;
  /** Lines without an outcome, with two, and results that have no line. */
  readonly unconserved: number;
  /** Lines of keys that were compared with the oracle: all but those of which an event may have been late. */
  readonly compared: number;
  /** Lines whose outcome is another one than the oracle's. */
  readonly different: number;
  readonly matched: number;
  readonly problems: readonly string[];
}

export interface JoinComparisonOptions {
  readonly rules: OracleRules;
  /** A line that arrived no later than this after its event time cannot have been late. */
  readonly surelyInTimeMs: number;
}

const PROBLEMS_SHOWN = 5;

/** Whether each line of the inputs has exactly one outcome, and the one that the oracle gives it. */
export function compareJoin(
  { inputs, results }: PartitionContents,
  { rules, surelyInTimeMs }: JoinComparisonOptions,
): JoinComparison {
  const problems: string[] = [];
  const byA = new Map<number, ResultRecord>();
  const orphansByB = new Map<number, ResultRecord>();
  const served = new Map<number, number>();
  let unconserved = 0;
  const lost = (problem: string): void => {
    unconserved++;
    if (problems.length < PROBLEMS_SHOWN) problems.push(problem);
  };
  for (const result of results) {
    const { a, b, offset } = result;
    if (a === null && b === null) lost(`result ${offset} has no parent`);
    if (a !== null && byA.has(a)) lost(`A ${a} has results ${byA.get(a)?.offset} and ${offset}`);
    if (a !== null) byA.set(a, result);
    if (a === null && b !== null && orphansByB.has(b)) lost(`B ${b} is an orphan twice, results up to ${offset}`);
    if (a === null && b !== null) orphansByB.set(b, result);
    if (a !== null && b !== null) served.set(b, (served.get(b) ?? 0) + 1);
  }
  for (const { side, offset } of inputs) {
    if (side === 'A') {
      if (!byA.has(offset)) lost(`A ${offset} has no result`);
      continue;
    }
    const matches = served.get(offset) ?? 0;
    const outcomes = (orphansByB.has(offset) ? 1 : 0) + (rules.mode === 'one_to_many' ? Math.min(1, matches) : matches);
    if (outcomes !== 1)
      lost(`B ${offset} has ${matches} matches and is ${orphansByB.has(offset) ? 'an' : 'no'} orphan`);
  }
  const known = inputs.filter(({ side }) => side === 'A').length;
  if (byA.size > known) lost(`${byA.size} lines of A have results, and there are ${known}`);

  let compared = 0;
  let different = 0;
  for (const [key, lines] of Map.groupBy(inputs, (line) => line.key)) {
    if (lines.some(({ delayMs }) => delayMs > surelyInTimeMs)) continue;
    compared += lines.length;
    for (const { a, b } of joinByOracle(lines, rules)) {
      const result = a === null ? orphansByB.get(b?.offset ?? -1) : byA.get(a.offset);
      if (result !== undefined && result.b === (b?.offset ?? null)) continue;
      different++;
      if (problems.length < PROBLEMS_SHOWN) {
        const found = result === undefined ? 'nothing' : `A ${result.a} with B ${result.b}`;
        problems.push(`${key}: A ${a?.offset ?? null} with B ${b?.offset ?? null} expected, ${found} found`);
      }
    }
  }
  const matched = results.filter(({ a, b }) => a !== null && b !== null).length;
  return { lines: inputs.length, results: results.length, unconserved, compared, different, matched, problems };
}

/** Lines that arrived too late for the comparison, for a report. */
export function countLate(inputs: readonly InputLine[], surelyInTimeMs: number): number {
  return inputs.filter(({ delayMs }) => delayMs > surelyInTimeMs).length;
}
