import { DASHBOARDS } from './dashboards/dashboards.ts';
import { renderDashboard } from './dashboards/render-dashboard.ts';
import type { CatalogueMetric } from './read-catalogue.ts';
import { renderPage } from './render-page.ts';

/** Every file that is made from the code, by its path in the repository. */
export function observabilityFiles(catalogue: readonly CatalogueMetric[]): ReadonlyMap<string, string> {
  return new Map([
    ['docs/metrics.md', renderPage(catalogue)],
    ...DASHBOARDS.map(
      (dashboard) =>
        [`deploy/observability/dashboards/${dashboard.uid}.json`, renderDashboard(dashboard, catalogue)] as const,
    ),
  ]);
}
