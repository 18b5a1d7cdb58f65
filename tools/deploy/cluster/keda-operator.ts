import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { KEDA_METRICS_SERVICE } from './certificates.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Processes } from './processes.ts';
import { until } from './until.ts';

const PORTS = {
  operator: 28_080,
  operatorHealth: 28_081,
  adapter: 28_082,
  adapterMetrics: 28_444,
  grpc: 29_666,
} as const;
const NAMESPACE_FILE = '/run/secrets/kubernetes.io/serviceaccount/namespace';
/** The operator wants to be told its namespace as pods are: by a file, in a /run of its own. Needs root. */
const IN_A_POD = `mount -t tmpfs tmpfs /run && mkdir -p "\${0%/*}" && printf keda >"$0" && exec "$@"`;

export interface KedaOperatorDeps {
  readonly plane: ControlPlane;
  readonly processes: Processes;
  /** Folder with KEDA's programs and its definitions. */
  readonly tools: string;
  readonly folder: string;
}

/** KEDA beside the cluster: its operator, and the adapter from which autoscalers learn the lag. */
export class KedaOperator {
  readonly #deps: KedaOperatorDeps;

  constructor(deps: KedaOperatorDeps) {
    this.#deps = deps;
  }

  /** @throws Error with the last words of what did not start */
  async start(): Promise<void> {
    const { plane, processes, tools, folder } = this.#deps;
    plane.defineResources(join(tools, 'crds'));
    this.#registerMetricsApi();
    const { certificate, key } = plane.certificates.of('keda');
    const certificates = join(folder, 'keda');
    mkdirSync(certificates);
    for (const [name, file] of [
      ['ca.crt', plane.certificates.authority],
      ['tls.crt', certificate],
      ['tls.key', key],
    ] as const) {
      copyFileSync(file, join(certificates, name));
    }
    const env = { KUBECONFIG: plane.kubeconfig, POD_NAMESPACE: 'keda', WATCH_NAMESPACE: '' };
    const operator = [
      join(tools, 'keda-operator'),
      `--metrics-bind-address=127.0.0.1:${PORTS.operator}`,
      `--health-probe-bind-address=127.0.0.1:${PORTS.operatorHealth}`,
      `--metrics-service-bind-address=127.0.0.1:${PORTS.grpc}`,
      `--cert-dir=${certificates}`,
      '--enable-webhook-patching=false',
      '--enable-apiservice-patching=false',
    ];
    processes.start('keda-operator', 'unshare', ['--mount', 'sh', '-c', IN_A_POD, NAMESPACE_FILE, ...operator], {
      env,
    });
    const kubeconfigs = ['authentication', 'authorization', 'lister'].map(
      (of) => `--${of}-kubeconfig=${plane.kubeconfig}`,
    );
    const adapter = [
      '--bind-address=127.0.0.1',
      `--secure-port=${PORTS.adapterMetrics}`,
      `--port=${PORTS.adapter}`,
      `--metrics-service-address=127.0.0.1:${PORTS.grpc}`,
      `--client-ca-file=${plane.certificates.authority}`,
      `--tls-cert-file=${certificate}`,
      `--tls-private-key-file=${key}`,
      `--cert-dir=${certificates}`,
    ];
    processes.start('keda-adapter', join(tools, 'keda-adapter'), [...adapter, ...kubeconfigs], { env });
    const problems = await until(60, () => {
      processes.checkRunning();
      return plane.apiProblems('v1beta1.external.metrics.k8s.io');
    });
    if (problems.length > 0) throw new Error(`KEDA's metrics are not served: ${problems.join()}`);
  }

  #registerMetricsApi(): void {
    const { plane } = this.#deps;
    const { name, namespace } = KEDA_METRICS_SERVICE;
    plane.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
    plane.registerApi(
      { group: 'external.metrics.k8s.io', version: 'v1beta1' },
      { name, namespace },
      PORTS.adapterMetrics,
    );
  }
}
