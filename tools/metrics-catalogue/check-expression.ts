import { familyOf, labelsOf } from './family.ts';
import type { CatalogueMetric } from './read-catalogue.ts';
import { readExpression } from './read-expression.ts';
import type { RecordingRule } from './read-rules.ts';

export interface KnownNames {
  readonly catalogue: readonly CatalogueMetric[];
  readonly recordings: readonly RecordingRule[];
}

/** What Prometheus adds to every series of a target, and what it makes itself. */
const TARGET_LABELS = ['job', 'instance'];
const OWN_SERIES = ['up'];

/** What an expression names and nobody has: a sentence for each. Empty when all is well. */
export function checkExpression(expr: string, { catalogue, recordings }: KnownNames): readonly string[] {
  const { metrics, groupings } = readExpression(expr);
  const problems: string[] = [];
  const all = new Set(TARGET_LABELS);
  for (const { name, matchers } of metrics) {
    const labels = labelsOfSeries(name, { catalogue, recordings });
    if (labels === null) {
      problems.push(`there is no metric ${name}`);
      continue;
    }
    for (const label of labels) all.add(label);
    for (const { label } of matchers) {
      if (!labels.includes(label) && !TARGET_LABELS.includes(label)) problems.push(`${name} has no label ${label}`);
    }
  }
  for (const label of groupings) if (!all.has(label)) problems.push(`nothing here has a label ${label}`);
  return problems;
}

function labelsOfSeries(name: string, { catalogue, recordings }: KnownNames): readonly string[] | null {
  if (OWN_SERIES.includes(name)) return [];
  const metric = familyOf(name, catalogue);
  if (metric !== undefined) return labelsOf(name, metric);
  const rules = recordings.filter(({ record }) => record === name);
  if (rules.length === 0) return null;
  return rules.flatMap(({ expr, labels }) => [...readExpression(expr).groupings, ...Object.keys(labels)]);
}
