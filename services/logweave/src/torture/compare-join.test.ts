import { describe, expect, it } from 'vitest';
import { compareJoin } from './compare-join.ts';
import type { OracleRules } from '@logweave/audit';
import type { InputLine, ResultRecord } from './log-contents.ts';

const rules: OracleRules = { mode: 'one_to_many', beforeNs: 1e9, afterNs: 1e9, skewNs: 1e7, networkTtlNs: 120e9 };

function line(side: 'A' | 'B', offset: number, atMs: number, more: Partial<InputLine> = {}): InputLine {
  return { side, offset, atNs: atMs * 1e6, key: 'k', delayMs: 5, ...more };
}

function result(offset: number, a: number | null, b: number | null): ResultRecord {
  return { offset, a, b, md5: '' };
}

const inputs = [line('B', 0, 0), line('A', 0, 10), line('A', 1, 20), line('B', 1, 500_000)];
const right = [result(0, 0, 0), result(1, 1, 0), result(2, null, 1)];

function compare(results: readonly ResultRecord[], lines = inputs): ReturnType<typeof compareJoin> {
  return compareJoin({ inputs: lines, results }, { rules, surelyInTimeMs: 1000 });
}

describe('the comparison with the oracle', () => {
  it('finds nothing where everything is right', () => {
    expect(compare(right)).toMatchObject({
      lines: 4,
      results: 3,
      unconserved: 0,
      compared: 4,
      different: 0,
      matched: 2,
    });
  });

  it.each<[string, readonly ResultRecord[]]>([
    ['a line without a result', right.slice(1)],
    ['a result twice', [...right, result(3, 1, 0)]],
    ['an orphan twice', [...right, result(3, null, 1)]],
    ['a network event that is a partner and an orphan', [...right, result(3, null, 0)]],
    ['a result of a line that is not there', [...right, result(3, 7, null)]],
    ['a result without a parent', [...right, result(3, null, null)]],
  ])('finds %s', (_, results) => {
    expect(compare(results).unconserved).toBeGreaterThan(0);
  });

  it('finds an outcome that is another one', () => {
    const wrong = [result(0, 0, 0), result(1, 1, null), result(2, null, 1)];
    expect(compare(wrong)).toMatchObject({ unconserved: 0, different: 1 });
  });

  it('compares no outcomes of a key of which an event may have been late, and still wants each line to have one', () => {
    const late = [...inputs.slice(0, 3), line('B', 1, 500_000, { delayMs: 1001 })];
    const wrong = [result(0, 0, 0), result(1, 1, null), result(2, null, 1)];
    expect(compare(wrong, late)).toMatchObject({ unconserved: 0, compared: 0, different: 0 });
    expect(compare(wrong.slice(0, 2), late).unconserved).toBe(1);
  });
});
