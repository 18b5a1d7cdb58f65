/**
 * `node --conditions=@logweave/source tools/generate-chart.ts`: writes values.yaml, values.schema.json and the files of
 * the chart in k8s/logweave, and the tables of docs/kubernetes.md. Run it when the configuration, the topics, the alerts
 * or the values in tools/chart change.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartFiles } from './chart/chart-files.ts';

const root = join(import.meta.dirname, '..');
for (const [path, text] of await chartFiles(root)) {
  const file = join(root, path);
  let before: string | null = null;
  try {
    before = readFileSync(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  if (before === text) continue;
  writeFileSync(file, text);
  console.log(`${path}: written`);
}
