import { familyOf } from '../family.ts';
import type { CatalogueMetric } from '../read-catalogue.ts';
import { readExpression } from '../read-expression.ts';
import type { Alarm, Dashboard, Panel, Row } from './panel.ts';

const COLUMNS = 24;
const HEIGHTS = { timeseries: 8, stat: 4 } as const;
const SOURCE = { type: 'prometheus', uid: '${datasource}' };
/** Of the JSON that Grafana 11 writes; newer ones bring it up to date when they load it. */
const SCHEMA_VERSION = 39;

/** The dashboard as JSON for Grafana's import or provisioning. A panel is explained by the help of its metrics. */
export function renderDashboard(dashboard: Dashboard, catalogue: readonly CatalogueMetric[]): string {
  const json = {
    uid: dashboard.uid,
    title: dashboard.title,
    description: dashboard.description,
    tags: ['logweave'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'utc',
    templating: { list: VARIABLES },
    links: [
      {
        type: 'dashboards',
        title: 'Logweave',
        tags: ['logweave'],
        asDropdown: true,
        keepTime: true,
        includeVars: true,
      },
    ],
    annotations: { list: [] },
    panels: layOut(dashboard.rows, catalogue),
  };
  // As the formatter of the repository has it: a list of one text on one line.
  return `${JSON.stringify(json, null, 2).replace(/\[\n\s*("[^"\n]*")\n\s*\]/g, '[$1]')}\n`;
}

const VARIABLES = [
  { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', refresh: 1 },
  {
    name: 'job',
    label: 'Job',
    type: 'query',
    datasource: SOURCE,
    query: { query: 'label_values(logweave_build_info, job)', refId: 'job' },
    refresh: 2,
    multi: true,
    includeAll: true,
    allValue: '.+',
    current: { text: ['All'], value: ['$__all'] },
  },
];

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Rows one below the other, panels from the left, in lines of 24 columns. */
function layOut(rows: readonly Row[], catalogue: readonly CatalogueMetric[]): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: line(y),
    });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of row.panels) {
      if (x + panel.width > COLUMNS) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      const place = { x, y, w: panel.width, h: HEIGHTS[panel.kind] };
      panels.push(renderPanel(panel, panels.length + 1, place, catalogue));
      x += panel.width;
      lineHeight = Math.max(lineHeight, place.h);
    }
    y += lineHeight;
  }
  return panels;
}

function line(y: number): Place {
  return { x: 0, y, w: COLUMNS, h: 1 };
}

function renderPanel(panel: Panel, id: number, gridPos: Place, catalogue: readonly CatalogueMetric[]): object {
  return {
    id,
    type: panel.kind,
    title: panel.title,
    description: describe(panel, catalogue),
    datasource: SOURCE,
    gridPos,
    fieldConfig: {
      defaults: { unit: panel.unit, min: 0, ...colours(panel.alarm), custom: custom(panel) },
      overrides: [],
    },
    options:
      panel.kind === 'stat'
        ? {
            reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
            colorMode: 'value',
            graphMode: 'area',
          }
        : {
            legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
            tooltip: { mode: 'multi', sort: 'desc' },
          },
    targets: panel.queries.map(({ expr, legend }, at) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + at),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      range: true,
    })),
  };
}

function custom({ kind, stacked }: Panel): object {
  if (kind === 'stat') return {};
  const stacking = { mode: stacked === true ? 'normal' : 'none', group: 'A' };
  return { drawStyle: 'line', lineWidth: 1, fillOpacity: stacked === true ? 30 : 8, showPoints: 'never', stacking };
}

function colours(alarm: Alarm | undefined): object {
  if (alarm === undefined) return { color: { mode: 'palette-classic' } };
  const [first, last] = alarm.low === true ? ['red', 'green'] : ['green', 'red'];
  const steps = [
    { color: first, value: null },
    { color: 'yellow', value: alarm.low === true ? alarm.badAt : alarm.warnAt },
    { color: last, value: alarm.low === true ? alarm.warnAt : alarm.badAt },
  ];
  return { color: { mode: 'thresholds' }, thresholds: { mode: 'absolute', steps } };
}

function describe({ queries }: Panel, catalogue: readonly CatalogueMetric[]): string {
  const names = new Set(queries.flatMap(({ expr }) => readExpression(expr).metrics.map(({ name }) => name)));
  const families = new Set([...names].map((name) => familyOf(name, catalogue)).filter((found) => found !== undefined));
  const ours = [...families].filter(({ owner }) => owner !== 'node');
  return ours.map(({ name, help }) => (ours.length === 1 ? help : `${name}: ${help}`)).join('\n\n');
}
