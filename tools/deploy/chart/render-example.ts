import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './manifests.ts';
import { runTool } from '../run-tool.ts';

/** One of k8s/logweave/examples with what it may differ in. */
export interface Example {
  readonly name: string;
  /** Workloads that a namespace with PodSecurity restricted would not take, which the example says. */
  readonly unrestricted: readonly string[];
}

export const EXAMPLES: readonly Example[] = [
  { name: 'external', unrestricted: ['DaemonSet logweave-socket-ingestor'] },
  { name: 'tls-sasl', unrestricted: [] },
  { name: 'strimzi', unrestricted: ['DaemonSet logweave-socket-ingestor'] },
  { name: 'sidecar-ingestor', unrestricted: [] },
];

export interface Rendered {
  readonly text: string;
  readonly manifests: readonly Manifest[];
}

/** What helm makes of the chart with these values. @throws Error with its words when it refuses, or warns. */
export function render(
  helm: string,
  chart: string,
  { files = [], set = [] }: { readonly files?: readonly string[]; readonly set?: readonly string[] },
): Rendered {
  const options = [...files.flatMap((file) => ['-f', file]), ...set.flatMap((value) => ['--set', value])];
  const { status, stdout, stderr } = runTool(helm, ['template', 'logweave', chart, '-n', 'logweave', ...options]);
  if (status !== 0 || stderr !== '') throw new Error(stderr.trim());
  return { text: stdout, manifests: readManifests(stdout) };
}

/** All objects of a stream of YAML. @throws Error for what is no YAML, and for a key that stands twice. */
export function readManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

export function valuesFile(chart: string, { name }: Pick<Example, 'name'>): string {
  return join(chart, 'examples', name, 'values.yaml');
}
