import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMetrics, exportReadiness } from '@logweave/service-kit';
import { Registry } from 'prom-client';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

export interface CatalogueMetric {
  readonly name: string;
  /** The package that has it: the folder under `libs/` or `services/`; `node` for what prom-client says of the process. */
  readonly owner: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly help: string;
}

const MAKER = /^create\w*Metrics$/;
const OURS = 'logweave_';

/**
 * Every metric that a process of this repository can have, by owner and name. Packages are found by their `metrics.ts`
 * and asked through its function `create…Metrics(registry, …)`, so that a new one is in the catalogue on its first day.
 * @param root the repository
 * @throws Error when a `metrics.ts` has no such function
 */
export async function readCatalogue(root: string): Promise<readonly CatalogueMetric[]> {
  const all = [...processMetrics()];
  for (const parent of ['libs', 'services']) {
    for (const owner of readdirSync(join(root, parent)).sort()) {
      const file = join(root, parent, owner, 'src/metrics.ts');
      // That of the kit takes other things and is asked by its name.
      if (owner === 'service-kit' || !existsSync(file)) continue;
      const registry = new Registry();
      const module: unknown = await import(pathToFileURL(file).href);
      makerOf(module, file)(registry, () => undefined);
      all.push(...metricsOf(registry, () => owner));
    }
  }
  return all;
}

function processMetrics(): readonly CatalogueMetric[] {
  const registry = createMetrics('0.0.0');
  exportReadiness(registry, { readiness: () => ({ ready: true, services: [] }) });
  return metricsOf(registry, (name) => (name.startsWith(OURS) ? 'service-kit' : 'node')).toSorted((a, b) =>
    a.owner === b.owner ? compare(a.name, b.name) : compare(b.owner, a.owner),
  );
}

function metricsOf(registry: Registry, owner: (name: string) => string): readonly CatalogueMetric[] {
  return registry
    .getMetricsAsArray()
    .map((metric: unknown) => describe(metric, owner))
    .toSorted((a, b) => compare(a.name, b.name));
}

function describe(metric: unknown, owner: (name: string) => string): CatalogueMetric {
  if (!isMetric(metric)) throw new Error('prom-client gave something that is no metric');
  const { name, help, type, labelNames } = metric;
  return { name, owner: owner(name), type, labels: labelNames, help };
}

type Maker = (registry: Registry, refresh: () => void) => unknown;

function makerOf(module: unknown, file: string): Maker {
  const makers = Object.entries(module as object).filter(([name, value]) => MAKER.test(name) && isMaker(value));
  const [maker] = makers;
  if (makers.length !== 1 || maker === undefined) throw new Error(`${file}: export one function create…Metrics`);
  return maker[1] as Maker;
}

function isMaker(value: unknown): value is Maker {
  return typeof value === 'function';
}

interface RegisteredMetric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly labelNames: readonly string[];
}

function isMetric(value: unknown): value is RegisteredMetric {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string, type: string): boolean => typeof Reflect.get(value, key) === type;
  return has('name', 'string') && has('help', 'string') && has('type', 'string') && 'labelNames' in value;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
