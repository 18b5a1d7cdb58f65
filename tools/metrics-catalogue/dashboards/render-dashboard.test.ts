import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkExpression } from '../check-expression.ts';
import { readCatalogue } from '../read-catalogue.ts';
import { readRules } from '../read-rules.ts';
import { DASHBOARDS } from './dashboards.ts';
import { type Dashboard, NONE, of, stat, timeseries } from './panel.ts';
import { renderDashboard } from './render-dashboard.ts';

const ROOT = join(import.meta.dirname, '../../..');
const catalogue = await readCatalogue(ROOT);
const { recordings } = readRules(parse(readFileSync(join(ROOT, 'deploy/observability/alerts.yml'), 'utf8')));
const known = { catalogue, recordings };

interface Loaded {
  readonly uid: string;
  readonly panels: readonly LoadedPanel[];
}

interface LoadedPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}

const loaded = DASHBOARDS.map((dashboard): Loaded => JSON.parse(renderDashboard(dashboard, catalogue)));

describe.each(loaded)('the dashboard $uid', ({ panels }) => {
  const drawn = panels.filter(({ type }) => type !== 'row');

  it.each(drawn)('panel $title asks for metrics and labels that exist', ({ targets }) => {
    expect(targets?.length).toBeGreaterThan(0);
    for (const { expr } of targets ?? []) expect(checkExpression(expr, known)).toEqual([]);
  });

  it.each(drawn)('panel $title shows labels in its legend that its series have', ({ targets }) => {
    for (const { expr, legendFormat } of targets ?? []) {
      const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);
      // An expression that keeps only these labels and is sound knows all of them.
      for (const label of labels) expect(checkExpression(`max by (${label}) (${expr})`, known)).toEqual([]);
    }
  });

  it('explains every panel that shows a metric of ours', () => {
    const silent = drawn.filter(
      ({ description, targets }) => (targets ?? []).some(({ expr }) => expr.includes('logweave_')) && !description,
    );
    expect(silent.map(({ title }) => title)).toEqual([]);
  });

  it('lays no panel over another or out of the grid', () => {
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (const [at, one] of panels.entries()) {
      for (const other of panels.slice(at + 1)) expect(overlap(one, other), `${one.title}, ${other.title}`).toBe(false);
    }
  });

  it('numbers its panels and their queries each once', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { targets = [] } of drawn) expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });
});

describe('a dashboard', () => {
  const dashboard: Dashboard = {
    uid: 'x',
    title: 'X',
    description: 'For a test.',
    rows: [
      {
        title: 'Row',
        panels: [
          stat('A', 's', 'max(logweave_ingest_spool_bytes)', NONE),
          timeseries('B', 'eps', [{ expr: of('logweave_ingest_lines_total', 'socket="s"'), legend: '{{socket}}' }]),
          timeseries('C', 'eps', [{ expr: 'up', legend: '' }]),
        ],
      },
    ],
  };
  const { panels } = JSON.parse(renderDashboard(dashboard, catalogue)) as Loaded;

  it('puts panels side by side until the line is full', () => {
    expect(panels.map(({ gridPos: { x, y, w, h } }) => [x, y, w, h])).toEqual([
      [0, 0, 24, 1],
      [0, 1, 4, 4],
      [4, 1, 12, 8],
      [0, 9, 12, 8],
    ]);
  });

  it('explains a panel by the help of its metric and asks only for the chosen jobs', () => {
    const help = catalogue.find(({ name }) => name === 'logweave_ingest_lines_total')?.help;
    expect(panels[2]?.description).toBe(help);
    expect(panels[2]?.targets?.[0]?.expr).toBe('logweave_ingest_lines_total{job=~"$job", socket="s"}');
  });

  it('is refused by the check when it asks for what does not exist', () => {
    expect(checkExpression('sum by (side) (logweave_ingest_lines_total)', known)).toEqual([
      'nothing here has a label side',
    ]);
    expect(checkExpression('logweave_ingest_lines_total{side="A"}', known)).toEqual([
      'logweave_ingest_lines_total has no label side',
    ]);
    expect(checkExpression('rate(logweave_ingest_line_total[5m])', known)).toEqual([
      'there is no metric logweave_ingest_line_total',
    ]);
  });
});

function overlap({ gridPos: a }: LoadedPanel, { gridPos: b }: LoadedPanel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
