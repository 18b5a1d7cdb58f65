import type { CatalogueMetric } from './read-catalogue.ts';

const HISTOGRAM_SERIES = /_(bucket|sum|count)$/;

/** The metric that a series belongs to: `x_bucket` to histogram `x`. Undefined when the catalogue has none. */
export function familyOf(series: string, catalogue: readonly CatalogueMetric[]): CatalogueMetric | undefined {
  const own = catalogue.find(({ name, type }) => name === series && type !== 'histogram');
  if (own !== undefined) return own;
  const base = series.replace(HISTOGRAM_SERIES, '');
  return base === series ? undefined : catalogue.find(({ name, type }) => name === base && type === 'histogram');
}

/** The labels that a series can have, without those of its target. */
export function labelsOf(series: string, metric: CatalogueMetric): readonly string[] {
  return metric.type === 'histogram' && series.endsWith('_bucket') ? [...metric.labels, 'le'] : metric.labels;
}
