import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toolCache } from '../go-tools.ts';
import { runTool } from '../run-tool.ts';

/** A package of PyPI that has the schemas of many versions of Kubernetes. */
const PACKAGE = 'kubernetes-validate==1.37.0';

/**
 * Schemas for kubeconform, one folder for each version of Kubernetes (`1.31.0-standalone-strict`), made once.
 * @returns null where there is no Python to fetch them with, or no way to PyPI
 */
export function kubernetesSchemas(versions: readonly string[], cache = toolCache()): string | null {
  const folder = join(cache, `kubernetes-schemas-${PACKAGE.split('==')[1]}-${versions.join('-')}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const fetched = `${folder}-fetched`;
  const fresh = `${folder}-building`;
  for (const each of [fetched, fresh]) rmSync(each, { recursive: true, force: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--target', fetched, PACKAGE];
  if (runTool('sh', ['-c', 'command -v python3']).status !== 0 || runTool('python3', pip).status !== 0) return null;
  for (const version of versions) {
    const [source] = globSync(`${fetched}/kubernetes_validate/kubernetes-json-schema/v${version}.*-local-strict`);
    if (source === undefined) throw new Error(`${PACKAGE} has no schemas of Kubernetes ${version}`);
    flatten(source, join(fresh, version), join(folder, version));
  }
  renameSync(fresh, folder);
  rmSync(fetched, { recursive: true });
  return folder;
}

/** Kubeconform resolves references by URL: those of the package become paths of where they will be. */
function flatten(from: string, to: string, later: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of globSync(`${from}/*.json`)) {
    const text = readFileSync(file, 'utf8').replaceAll(
      '"/api/_definitions.json#',
      `"file://${later}/_definitions.json#`,
    );
    const { $schema: _, $id: __, ...schema } = JSON.parse(text) as Record<string, unknown>;
    writeFileSync(join(to, basename(file)), JSON.stringify(schema));
  }
}
