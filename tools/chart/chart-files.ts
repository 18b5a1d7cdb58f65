import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHART_VALUES, CONFIG_DEFAULT } from './chart-values.ts';
import { type ConfigurationSchema, configValues, defaultsOf } from './config-values.ts';
import { renderTables } from './render-table.ts';
import { renderValues } from './render-values.ts';
import { topicDefinitions, type TopicsSection, type TopicSpec } from './topic-definitions.ts';
import type { ValueSchema } from './value-schema.ts';

const CHART = 'k8s/logweave';
const PAGE = 'docs/kubernetes.md';
const ALERTS = 'deploy/observability/alerts.yml';
const BEGIN = '<!-- values: made by tools/generate-chart.ts -->';
const END = '<!-- end of values -->';

const HEAD = `# Every value of the chart, with what it means and its default. A file of your own says only what is otherwise;
# examples/ has four to begin with. Made by tools/generate-chart.ts; a test holds it to the chart.
`;

/** What of the program the chart follows. */
interface Program {
  readonly configSchema: ConfigurationSchema;
  readonly topicSpecs: (section: TopicsSection) => readonly TopicSpec[];
  readonly overheadBytes: number;
}

/** Every generated file of the chart by its path from `root`. Nothing is written. */
export async function chartFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const { configSchema, topicSpecs, overheadBytes } = await readProgram(root);
  const { topics } = defaultsOf(configSchema) as { readonly topics: TopicsSection };
  const config: ValueSchema = {
    ...configValues(configSchema),
    description:
      'logweave.yml, in the words of config.example.yml. Without secrets, and without what the chart knows itself: ' +
      'data_dir, admin, the kind of event log, and where files are.',
  };
  const shown = { config: { type: 'object', description: config.description ?? '', default: CONFIG_DEFAULT } };
  const all: Readonly<Record<string, ValueSchema>> = { ...shown, ...CHART_VALUES };
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart logweave',
    type: 'object',
    properties: { global: { type: 'object' }, config, ...CHART_VALUES },
    required: ['config'],
    additionalProperties: false,
  };
  return new Map([
    [`${CHART}/values.yaml`, renderValues(HEAD, all)],
    [`${CHART}/values.schema.json`, json(schema)],
    [`${CHART}/files/topics.json`, json(topicDefinitions(topics, topicSpecs, overheadBytes))],
    [`${CHART}/files/alerts.yml`, readFileSync(join(root, ALERTS), 'utf8')],
    [PAGE, between(readFileSync(join(root, PAGE), 'utf8'), renderTables(all))],
  ]);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** @throws Error when the page has lost its marks. */
function between(page: string, tables: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error(`${PAGE} has no ${BEGIN} followed by ${END}`);
  return `${page.slice(0, from)}${BEGIN}\n${tables}\n\n${page.slice(to)}`;
}

/** Imported by their files, as they are no part of what packages export. */
async function readProgram(root: string): Promise<Program> {
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(root, path)).href);
  const [schema, topics, catalog] = await Promise.all([
    load('services/logweave/src/compose/config-schema.ts') as Promise<Pick<Program, 'configSchema'>>,
    load('services/logweave/src/compose/topics.ts') as Promise<Pick<Program, 'topicSpecs'>>,
    load('libs/event-log-kafka/src/topic-catalog.ts') as Promise<{ readonly BATCH_OVERHEAD_BYTES: number }>,
  ]);
  return {
    configSchema: schema.configSchema,
    topicSpecs: topics.topicSpecs,
    overheadBytes: catalog.BATCH_OVERHEAD_BYTES,
  };
}
