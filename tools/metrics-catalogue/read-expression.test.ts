import { describe, expect, it } from 'vitest';
import { readExpression } from './read-expression.ts';

describe('what an expression names', () => {
  it('is its metrics with their matchers, and no function, word, number or duration', () => {
    expect(
      readExpression('sum by (job, le) (rate(a_total{side="A", outcome=~"x|y"}[5m])) / clamp_min(b, 0.001) > bool 1e3'),
    ).toEqual({
      metrics: [
        {
          name: 'a_total',
          matchers: [
            { label: 'side', operator: '=', value: 'A' },
            { label: 'outcome', operator: '=~', value: 'x|y' },
          ],
        },
        { name: 'b', matchers: [] },
      ],
      groupings: ['job', 'le'],
    });
  });

  it('knows the labels of every kind of matching', () => {
    const { metrics, groupings } = readExpression(
      'x and on (instance) y unless ignoring (a) z offset 1h / on (b) group_left (c) w',
    );
    expect(metrics.map(({ name }) => name)).toEqual(['x', 'y', 'z', 'w']);
    expect(groupings).toEqual(['instance', 'a', 'b', 'c']);
  });

  it('takes names with colons, subqueries, variables and texts with names in them as what they are', () => {
    const { metrics } = readExpression('max_over_time(rule:x{job=~"$job"}[6h:1m]) or rate(y[$__rate_interval]) # z');
    expect(metrics.map(({ name }) => name)).toEqual(['rule:x', 'y']);
    expect(readExpression('label_values(x{a="sum(y)"}, job)').metrics.map(({ name }) => name)).toContain('x');
  });

  it('refuses a list without an end', () => {
    expect(() => readExpression('sum by (job')).toThrow('no )');
  });
});
