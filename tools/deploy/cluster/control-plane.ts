import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, runTool, type ToolRun } from '../run-tool.ts';
import { type Certificates, createCertificates } from './certificates.ts';
import type { Processes } from './processes.ts';
import { until } from './until.ts';

const PORTS = { etcd: 23_790, etcdPeers: 23_800, api: 26_443, controllers: 26_257, scheduler: 26_259 } as const;
const START_SECONDS = 60;

export interface ClusterTools {
  /** Folder with etcd, the parts of Kubernetes and kwok. */
  readonly cluster: string;
  readonly helm: string;
}

/**
 * A control plane of Kubernetes on the loopback address: etcd, API server, controllers, scheduler. PodSecurity, quotas and
 * whatever else the API server decides are real; nodes are others' business.
 */
export class ControlPlane {
  readonly kubeconfig: string;
  readonly certificates: Certificates;
  readonly #tools: ClusterTools;
  readonly #processes: Processes;
  readonly #folder: string;

  /** @param folder an empty one, for data and keys */
  constructor(folder: string, tools: ClusterTools, processes: Processes) {
    this.#folder = folder;
    this.#tools = tools;
    this.#processes = processes;
    this.certificates = createCertificates(folder);
    this.kubeconfig = join(folder, 'kubeconfig');
  }

  /** @throws Error with the last words of what did not start */
  async start(): Promise<void> {
    const token = randomBytes(24).toString('hex');
    writeFileSync(join(this.#folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
    writeFileSync(this.kubeconfig, kubeconfigText(token, this.certificates.authority), { mode: 0o600 });
    this.#startEtcd();
    this.#startApiServer();
    const problems = await until(START_SECONDS, () => {
      this.#processes.checkRunning();
      const { status, stderr } = this.kubectl('get', '--raw', '/readyz');
      return status === 0 ? [] : [stderr];
    });
    if (problems.length > 0) throw new Error(`the API server is not ready: ${problems.join()}`);
    this.#startControllers();
  }

  kubectl(...args: readonly string[]): ToolRun {
    return runTool(join(this.#tools.cluster, 'kubectl'), ['--kubeconfig', this.kubeconfig, ...args]);
  }

  /** @throws Error with what kubectl said */
  mustKubectl(...args: readonly string[]): string {
    return mustRun(this.#program('kubectl'), ['--kubeconfig', this.kubeconfig, ...args]);
  }

  /** Gives objects to the server, as YAML or JSON. @throws Error with what it said */
  apply(objects: string | readonly object[], ...args: readonly string[]): void {
    const input =
      typeof objects === 'string' ? objects : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const command = ['--kubeconfig', this.kubeconfig, 'apply', '--server-side', ...args, '-f', '-'];
    mustRun(this.#program('kubectl'), command, { input });
  }

  /** Gives it the definitions of custom resources in a folder, and waits until they are served. */
  defineResources(folder: string): void {
    for (const file of readdirSync(folder)) this.apply(readFileSync(join(folder, file), 'utf8'));
    this.mustKubectl('wait', '--for=condition=Established', 'customresourcedefinitions', '--all', '--timeout=30s');
  }

  /** Gives one object to a path of the API, where kubectl has no word for it. */
  create(path: string, object: object): ToolRun {
    const args = ['--kubeconfig', this.kubeconfig, 'create', '--raw', path, '-f', '-'];
    return runTool(this.#program('kubectl'), args, { input: JSON.stringify(object) });
  }

  /** One object or a list of them as the server has it. @throws Error with what it said */
  get(...args: readonly string[]): unknown {
    return JSON.parse(this.mustKubectl('get', ...args, '--output', 'json'));
  }

  /** Has a server on the loopback address answer for a group of the API, under the name of a Service. */
  registerApi(
    { group, version }: { readonly group: string; readonly version: string },
    { name, namespace }: { readonly name: string; readonly namespace: string },
    port: number,
  ): void {
    this.apply([
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace },
        spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
      },
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: `${version}.${group}` },
        spec: {
          group,
          version,
          groupPriorityMinimum: 100,
          versionPriority: 100,
          caBundle: readFileSync(this.certificates.authority).toString('base64'),
          service: { name, namespace, port },
        },
      },
    ]);
  }

  /** Why an API that was registered is not served yet. */
  apiProblems(name: string): readonly string[] {
    const { status, stderr } = this.kubectl('wait', '--for=condition=Available', `apiservice/${name}`, '--timeout=1s');
    return status === 0 ? [] : [stderr];
  }

  helm(...args: readonly string[]): ToolRun {
    return runTool(this.#tools.helm, args, { env: { KUBECONFIG: this.kubeconfig } });
  }

  #program(name: string): string {
    return join(this.#tools.cluster, name);
  }

  #startEtcd(): void {
    const [client, peer] = [`http://127.0.0.1:${PORTS.etcd}`, `http://127.0.0.1:${PORTS.etcdPeers}`];
    this.#processes.start('etcd', this.#program('etcd'), [
      '--data-dir',
      join(this.#folder, 'etcd'),
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      // A cluster of some minutes.
      '--unsafe-no-fsync',
    ]);
  }

  #startApiServer(): void {
    const { certificates } = this;
    const [server, kubelet, proxy] = (['server', 'kubelet-client', 'front-proxy'] as const).map(certificates.of);
    this.#processes.start('kube-apiserver', this.#program('kube-apiserver'), [
      `--etcd-servers=http://127.0.0.1:${PORTS.etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${PORTS.api}`,
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--authorization-mode=RBAC',
      `--tls-cert-file=${server?.certificate}`,
      `--tls-private-key-file=${server?.key}`,
      `--client-ca-file=${certificates.authority}`,
      `--token-auth-file=${join(this.#folder, 'tokens.csv')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${certificates.serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${certificates.serviceAccountKey}`,
      `--kubelet-client-certificate=${kubelet?.certificate}`,
      `--kubelet-client-key=${kubelet?.key}`,
      '--kubelet-preferred-address-types=Hostname',
      `--requestheader-client-ca-file=${certificates.authority}`,
      '--requestheader-allowed-names=front-proxy',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-username-headers=X-Remote-User',
      `--proxy-client-cert-file=${proxy?.certificate}`,
      `--proxy-client-key-file=${proxy?.key}`,
      // Containers on the machine itself: the node's own directory of sockets needs it.
      '--allow-privileged=true',
    ]);
  }

  #startControllers(): void {
    const certificates = join(this.#folder, 'controllers');
    mkdirSync(certificates);
    const common = [`--kubeconfig=${this.kubeconfig}`, '--bind-address=127.0.0.1', '--leader-elect=false'];
    this.#processes.start('kube-controller-manager', this.#program('kube-controller-manager'), [
      ...common,
      `--secure-port=${PORTS.controllers}`,
      `--cert-dir=${certificates}`,
      `--service-account-private-key-file=${this.certificates.serviceAccountKey}`,
      `--root-ca-file=${this.certificates.authority}`,
      // Decisions within a test's patience.
      '--horizontal-pod-autoscaler-sync-period=2s',
      '--horizontal-pod-autoscaler-initial-readiness-delay=0s',
      '--horizontal-pod-autoscaler-cpu-initialization-period=0s',
    ]);
    this.#processes.start('kube-scheduler', this.#program('kube-scheduler'), [
      ...common,
      `--secure-port=${PORTS.scheduler}`,
      `--cert-dir=${certificates}`,
    ]);
  }
}

function kubeconfigText(token: string, authority: string): string {
  const server = { server: `https://127.0.0.1:${PORTS.api}`, 'certificate-authority': authority };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: server }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin', namespace: 'default' } }],
    'current-context': 'test',
  });
}
