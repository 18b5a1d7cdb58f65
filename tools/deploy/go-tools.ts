import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A tool that is not there and cannot be made, in words for people. */
export class ToolMissing extends Error {}

/** Where tools are kept between runs, outside of the repository: LOGWEAVE_TOOL_CACHE, or ~/.cache/logweave/tools. */
export function toolCache(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env['LOGWEAVE_TOOL_CACHE'] ?? join(homedir(), '.cache/logweave/tools');
}

/** Programs by name, and what Go builds them from, in the module that fixes their versions. */
export interface ToolSet {
  /** The folder beside this file. */
  readonly module: string;
  readonly programs: Readonly<Record<string, string>>;
  /** Variables that are set at linking, as releases do it. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Files of modules, which are copied beside the programs. */
  readonly files?: readonly ModuleFiles[];
}

export interface ModuleFiles {
  /** With its version, as in example.com/module@v1.2.3. */
  readonly module: string;
  /** Files by the name of their copy. */
  readonly files: Readonly<Record<string, string>>;
}

const KWOK_STAGES = ['node/fast/node-initialize', 'pod/fast/pod-ready', 'pod/fast/pod-complete', 'pod/fast/pod-delete'];

export const TOOL_SETS = {
  /** What the chart is checked with. */
  helm: {
    module: 'go-tools',
    programs: {
      helm: 'helm.sh/helm/v4/cmd/helm',
      'helm-unittest': 'github.com/helm-unittest/helm-unittest/cmd/helm-unittest',
      kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform',
    },
  },
  /** What a cluster consists of, in the same module: what both need is built once. */
  cluster: {
    module: 'go-tools',
    programs: {
      etcd: 'go.etcd.io/etcd/server/v3',
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      kubectl: 'k8s.io/kubernetes/cmd/kubectl',
      kubelet: 'k8s.io/kubernetes/cmd/kubelet',
      kwok: 'sigs.k8s.io/kwok/cmd/kwok',
    },
    variables: {
      'k8s.io/component-base/version.gitVersion': 'v1.37.2',
      'k8s.io/component-base/version.gitMajor': '1',
      'k8s.io/component-base/version.gitMinor': '37',
    },
    files: [
      {
        module: 'sigs.k8s.io/kwok@v0.8.0',
        files: Object.fromEntries(
          KWOK_STAGES.map((stage) => [`stages/${stage.replaceAll('/', '-')}.yaml`, `kustomize/stage/${stage}.yaml`]),
        ),
      },
      {
        module: 'github.com/kedacore/keda/v2@v2.21.0',
        files: {
          'crds/scaledobjects.yaml': 'config/crd/bases/keda.sh_scaledobjects.yaml',
          'crds/triggerauthentications.yaml': 'config/crd/bases/keda.sh_triggerauthentications.yaml',
        },
      },
      {
        module: 'github.com/prometheus-operator/prometheus-operator@v0.93.1',
        files: Object.fromEntries(
          ['podmonitors', 'prometheusrules'].map((kind) => [
            `crds/${kind}.yaml`,
            `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
          ]),
        ),
      },
    ],
  },
  /** KEDA, with all its definitions. */
  keda: {
    module: 'keda-tool',
    programs: {
      'keda-operator': 'github.com/kedacore/keda/v2/cmd/operator',
      'keda-adapter': 'github.com/kedacore/keda/v2/cmd/adapter',
    },
    files: [
      {
        module: 'github.com/kedacore/keda/v2@v2.21.0',
        files: Object.fromEntries(
          [
            'eventing.keda.sh_cloudeventsources',
            'eventing.keda.sh_clustercloudeventsources',
            'keda.sh_clustertriggerauthentications',
            'keda.sh_scaledjobs',
            'keda.sh_scaledobjects',
            'keda.sh_triggerauthentications',
          ].map((name) => [`crds/${name}.yaml`, `config/crd/bases/${name}.yaml`]),
        ),
      },
    ],
  },
  /** What enforces network policies. */
  'kube-router': {
    module: 'kube-router-tool',
    programs: { 'kube-router': 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router' },
  },
  /** Compose, for a podman that has none. */
  compose: { module: 'compose-tool', programs: { 'docker-compose': 'github.com/docker/compose/v2/cmd' } },
} as const satisfies Record<string, ToolSet>;

export type ToolSetName = keyof typeof TOOL_SETS;

/** The folder that a set belongs into: another version, or another program, is another folder. */
export function toolFolder(
  cache: string,
  name: string,
  set: ToolSet & { readonly mod: string; readonly sum: string },
): string {
  const hash = createHash('sha256');
  for (const text of [set.mod, set.sum, JSON.stringify([set.programs, set.variables, set.files])])
    hash.update(text).update('\0');
  return join(cache, `${name}-${hash.digest('hex').slice(0, 16)}`);
}

/**
 * Builds a set of tools with Go, unless that was done before.
 * @returns the folder with the programs
 * @throws ToolMissing without Go, or when it cannot build them
 */
export function goTools(name: ToolSetName, cache = toolCache()): string {
  const set: ToolSet = TOOL_SETS[name];
  const source = join(import.meta.dirname, set.module);
  const read = (file: string): string => readFileSync(join(source, file), 'utf8');
  const folder = toolFolder(cache, name, { ...set, mod: read('go.mod'), sum: read('go.sum') });
  if (existsSync(folder)) return folder;
  const version = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (version.error !== undefined || version.status !== 0) {
    throw new ToolMissing(`${name}: tools have to be built, and there is no Go: install Go 1.26 (https://go.dev/dl)`);
  }
  mkdirSync(cache, { recursive: true });
  console.error(`Building ${Object.keys(set.programs).join(', ')} into ${folder}, some minutes the first time`);
  // Elsewhere first, so that a build that was interrupted is never taken for a whole one.
  const fresh = mkdtempSync(join(cache, `${name}-building-`));
  try {
    build(set, source, fresh);
    for (const files of set.files ?? []) copyFiles(files, fresh);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
  // Another build may have been quicker.
  if (existsSync(folder)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, folder);
  return folder;
}

function build({ programs, variables = {} }: ToolSet, source: string, folder: string): void {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };
  const flags = ['-s', '-w', ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
  for (const [program, importPath] of Object.entries(programs)) {
    const args = ['build', '-trimpath', '-ldflags', flags, '-o', join(folder, program), importPath];
    const built = spawnSync('nice', ['-n', '10', 'go', ...args], { cwd: source, stdio: 'inherit', env });
    if (built.status !== 0) throw new ToolMissing(`go could not build ${program}; the messages above say why`);
  }
}

function copyFiles({ module, files }: ModuleFiles, folder: string): void {
  // Elsewhere than in a module, so that nothing is asked but the checksum database.
  const run = spawnSync('go', ['mod', 'download', '-json', module], { cwd: folder, encoding: 'utf8' });
  if (run.status !== 0) throw new ToolMissing(`go could not fetch ${module}: ${run.stdout}${run.stderr}`);
  const { Dir: from } = JSON.parse(run.stdout) as { readonly Dir: string };
  for (const [name, path] of Object.entries(files)) cpSync(join(from, path), join(folder, name));
}
