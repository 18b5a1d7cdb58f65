import type { CatalogueMetric } from './read-catalogue.ts';

/** What heads each section, in the order of the flow. An owner that is not named here comes last, by its name. */
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ['service-kit', 'Every process'],
  ['socket-ingestor', 'Socket ingestor'],
  ['correlator', 'Correlator'],
  ['parser', 'Parser'],
  ['clickhouse-writer', 'ClickHouse writer'],
  ['file-writer', 'File writer'],
]);

const HEAD = `# Metrics

Every process shows its metrics in the format of Prometheus at \`/metrics\` of its admin port (\`admin.host\`, \`admin.port\`; with \`admin.token\` set the scraper sends it as a bearer token). Each says in its help what it is and what to do about it. Labels have values of closed sets: names of the configuration, partitions, reasons; never anything out of a log.

Made from the code by \`node --conditions=@logweave/source tools/generate-observability.ts\`; a test holds it to the code. [deploy/observability](../deploy/observability) has alert rules and dashboards over these, and [operations.md](operations.md) says what to do at each alert.

A histogram appears as \`_bucket\` (with the label \`le\`), \`_sum\` and \`_count\`.
`;

/** The page `docs/metrics.md`. */
export function renderPage(catalogue: readonly CatalogueMetric[]): string {
  const owners = [...SECTIONS.keys(), ...new Set(catalogue.map(({ owner }) => owner))].filter(
    (owner, at, all) => owner !== 'node' && all.indexOf(owner) === at,
  );
  const sections = owners.map((owner) => renderSection(owner, of(catalogue, owner)));
  return [HEAD, ...sections, renderNode(of(catalogue, 'node'))].join('\n');
}

function of(catalogue: readonly CatalogueMetric[], owner: string): readonly CatalogueMetric[] {
  return catalogue.filter((metric) => metric.owner === owner);
}

function renderSection(owner: string, metrics: readonly CatalogueMetric[]): string {
  const rows = metrics.map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${codes(labels)} | ${help.replaceAll('|', '\\|')} |`,
  );
  return [
    `## ${SECTIONS.get(owner) ?? owner}`,
    '',
    '| name | type | labels | what it is, and what to do |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Of Node and the process; prom-client names and explains them. */
function renderNode(metrics: readonly CatalogueMetric[]): string {
  const names = metrics.map(({ name, type, labels }) => {
    const kinds = labels.length === 0 ? type : `${type} by ${codes(labels)}`;
    return `- \`${name}\` (${kinds})`;
  });
  return ['## Node and the process', '', 'As prom-client makes them, on Linux.', '', ...names, ''].join('\n');
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
