import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEAD_LETTER_REASONS, ORPHAN_REASONS, OUTCOMES, SIDES } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkExpression, type KnownNames } from './check-expression.ts';
import { readCatalogue } from './read-catalogue.ts';
import { readExpression } from './read-expression.ts';
import { type AlertRule, type RecordingRule, readRules } from './read-rules.ts';

const ROOT = join(import.meta.dirname, '../..');
const catalogue = await readCatalogue(ROOT);
const { alerts, recordings } = readRules(parse(readFileSync(join(ROOT, 'deploy/observability/alerts.yml'), 'utf8')));
const operations = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
const known: KnownNames = { catalogue, recordings };

describe('the rules', () => {
  it.each([...alerts, ...recordings])('$expr names only metrics and labels that exist', ({ expr }) => {
    expect(checkExpression(expr, known)).toEqual([]);
  });

  it('compare labels of closed sets with values that they can have', () => {
    const values: Readonly<Record<string, readonly string[]>> = {
      side: SIDES,
      outcome: [...OUTCOMES, 'parsed', 'dropped', 'raw_only', 'committed'],
      reason: [...DEAD_LETTER_REASONS, ...ORPHAN_REASONS, 'gained', 'ended'],
      change: ['rotated', 'truncated', 'lost'],
    };
    const used = [...alerts, ...recordings].flatMap(({ expr }) =>
      readExpression(expr).metrics.flatMap(({ matchers }) => matchers),
    );
    for (const { label, value } of used) {
      const allowed = values[label];
      if (allowed !== undefined) for (const one of value.split('|')) expect(allowed).toContain(one);
    }
    expect(used.some(({ label }) => label === 'outcome')).toBe(true);
  });

  it('cover what can go wrong', () => {
    const names = new Set(alerts.map(({ alert }) => alert));
    for (const name of [
      'LogweaveDown',
      'LogweaveNotReady',
      'LogweaveRestarting',
      'LogweaveSourceSilent',
      'LogweaveSpoolFilling',
      'LogweaveDeadLetters',
      'LogweaveLagRecords',
      'LogweaveLagSeconds',
      'LogweaveWatermarkBehind',
      'LogweaveOrphans',
      'LogweaveHeldEvents',
      'LogweaveParserHeld',
      'LogweaveParserRolledBack',
      'LogweaveClickhouseStalled',
    ]) {
      expect(names).toContain(name);
    }
  });
});

describe.each(alerts)('the alert $alert ($labels.severity)', (rule: AlertRule) => {
  it('says what is so, why that matters, and how bad it is', () => {
    expect(rule.alert).toMatch(/^Logweave[A-Z][A-Za-z]+$/);
    expect(['critical', 'warning']).toContain(rule.labels['severity']);
    expect(rule.annotations['summary']).toBeTruthy();
    expect(rule.annotations['description']).toMatch(/\.$/);
  });

  it('leads to a paragraph on what to do', () => {
    const anchor = rule.alert.toLowerCase();
    expect(rule.annotations['runbook']).toBe(`docs/operations.md#${anchor}`);
    const paragraph = operations.split(`\n### ${rule.alert}\n`)[1]?.split('\n#')[0]?.trim();
    expect(paragraph?.length ?? 0).toBeGreaterThan(80);
  });

  it('uses labels in its texts that its result has', () => {
    const texts = Object.values(rule.annotations).join(' ');
    const used = [...texts.matchAll(/\$labels\.(\w+)/g)].map(([, name = '']) => name);
    for (const name of used) expect(labelsOfResult(rule, known)).toContain(name);
  });
});

describe('the runbook', () => {
  it('has no paragraph for an alert that does not exist', () => {
    const described = [...operations.matchAll(/^### (Logweave\w+)$/gm)].map(([, name = '']) => name);
    expect(described.sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
  });
});

/**
 * All that a result might have: groupings, labels of metrics, and those of the target. Labels that the rule itself gives
 * are not there yet when Prometheus makes the texts.
 */
function labelsOfResult({ expr }: AlertRule, { catalogue: metrics, recordings: recorded }: KnownNames) {
  const uses = readExpression(expr);
  const own = uses.metrics.flatMap(({ name }) => {
    const rules: readonly RecordingRule[] = recorded.filter((rule) => rule.record === name);
    return rules.length > 0
      ? rules.flatMap((rule) => [...Object.keys(rule.labels), ...readExpression(rule.expr).groupings])
      : (metrics.find((metric) => metric.name === name)?.labels ?? []);
  });
  const grouped = /^\s*(sum|min|max|histogram_quantile)\b/.test(expr) ? uses.groupings : [...own, 'job', 'instance'];
  return new Set(grouped);
}
