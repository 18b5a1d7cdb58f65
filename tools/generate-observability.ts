/**
 * `node --conditions=@logweave/source tools/generate-observability.ts`: writes what is made from the code for those who
 * watch Logweave: the page docs/metrics.md, and a JSON file for each dashboard in deploy/observability/dashboards.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { observabilityFiles } from './metrics-catalogue/observability-files.ts';
import { readCatalogue } from './metrics-catalogue/read-catalogue.ts';

const root = join(import.meta.dirname, '..');
const files = observabilityFiles(await readCatalogue(root));
const folder = join(root, 'deploy/observability/dashboards');
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) {
  if (!files.has(`deploy/observability/dashboards/${name}`)) rmSync(join(folder, name));
}
for (const [path, text] of files) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(path);
}
