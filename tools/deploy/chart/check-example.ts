import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Manifest, restrictedProblems } from './manifests.ts';
import type { Example } from './render-example.ts';
import { runTool } from '../run-tool.ts';

/** What is wrong with the objects of an example; empty when nothing is. */
export function exampleProblems(example: Example, manifests: readonly Manifest[], logweave: string): readonly string[] {
  return [
    ...twice(manifests),
    ...restricted(example, manifests),
    ...configurations(manifests).flatMap(([name, text]) => configurationProblems(name, text, logweave)),
  ];
}

function twice(manifests: readonly Manifest[]): string[] {
  const names = manifests.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`);
  return names.filter((name, i) => names.indexOf(name) !== i).map((name) => `${name} is there twice`);
}

function restricted({ unrestricted }: Example, manifests: readonly Manifest[]): string[] {
  return manifests.flatMap((manifest) => {
    const problems = restrictedProblems(manifest);
    const name = `${manifest.kind} ${manifest.metadata.name}`;
    if (!unrestricted.includes(name)) return [...problems];
    return problems.length > 0 ? [] : [`${name} passes restricted by now: say so`];
  });
}

function configurations(manifests: readonly Manifest[]): [string, string][] {
  return manifests.flatMap(({ kind, metadata, data }): [string, string][] => {
    const text = data?.['logweave.yml'];
    return kind === 'ConfigMap' && text !== undefined ? [[metadata.name, text]] : [];
  });
}

/** The program itself says whether it would start with the ConfigMap; the token is given, since its file is not here. */
function configurationProblems(name: string, text: string, logweave: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'logweave-chart-'));
  try {
    const file = join(folder, 'logweave.yml');
    writeFileSync(file, text);
    const env = { LOGWEAVE__ADMIN__TOKEN: 'only-for-this-check-0123' };
    const { status, stdout, stderr } = runTool(process.execPath, [logweave, 'check', file], { env });
    const isFine = status === 0 && !stdout.includes('warning');
    return isFine ? [] : [`ConfigMap ${name}: ${stdout}${stderr}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
