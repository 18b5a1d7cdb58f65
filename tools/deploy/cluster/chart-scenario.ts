import { EXAMPLES, valuesFile } from '../chart/render-example.ts';
import type { Checks } from '../checks.ts';
import { runTool } from '../run-tool.ts';
import type { ControlPlane } from './control-plane.ts';
import { FedMetrics } from './fed-metrics.ts';
import type { Processes } from './processes.ts';
import { type PodObject, Release } from './release.ts';
import { until } from './until.ts';

export interface ChartScenarioDeps {
  readonly checks: Checks;
  readonly plane: ControlPlane;
  readonly processes: Processes;
  readonly helm: string;
  readonly kubectl: string;
  readonly chart: string;
  /** Folder with definitions of custom resources. */
  readonly crds: string;
  readonly folder: string;
  /** Names of two simulated nodes. */
  readonly nodes: readonly [string, string];
}

interface Deployment {
  readonly spec: { readonly replicas: number };
}

const CORRELATOR = 'logweave-correlator';
const NAMESPACE = 'logweave';
const TOKEN = { 'logweave-admin': { token: 'a-token-of-the-test' }, 'logweave-clickhouse': { password: 'a-password' } };

/**
 * What a real API server, its controllers and its scheduler make of the chart, with PodSecurity restricted enforced:
 * installed, refused, upgraded, rolled back, drained, scaled, taken away. The pods run on nodes that only say so.
 */
export class ChartScenario {
  readonly #deps: ChartScenarioDeps;
  readonly #release: Release;
  readonly #values: readonly string[];

  constructor(deps: ChartScenarioDeps) {
    this.#deps = deps;
    const { plane, chart, folder } = deps;
    this.#release = new Release(plane, { chart, folder, namespace: NAMESPACE });
    this.#values = [valuesFile(chart, { name: 'sidecar-ingestor' })];
  }

  async run(): Promise<void> {
    this.#deps.plane.defineResources(this.#deps.crds);
    await this.#acceptsExamples();
    await this.#installs();
    await this.#refuses();
    await this.#changes();
    await this.#drains();
    await this.#scalesOnCpu();
    await this.#scalesOnLag();
    await this.#uninstalls();
  }

  /** All kinds of objects, with strict validation of their fields by the server. */
  async #acceptsExamples(): Promise<void> {
    const { checks, plane, helm, chart } = this.#deps;
    plane.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'examples' } }]);
    for (const example of EXAMPLES) {
      await checks.check(`the API server accepts every object of example ${example.name}`, () => {
        const set = [
          'monitoring.podMonitor.enabled=true',
          'networkPolicy.metrics.from[0].namespaceSelector.matchLabels.name=monitoring',
          'monitoring.prometheusRule.enabled=true',
          'fileWriter.enabled=true',
        ];
        const { status, stdout, stderr } = runTool(helm, [
          'template',
          'logweave',
          chart,
          '--namespace',
          'examples',
          '--values',
          valuesFile(chart, example),
          ...set.flatMap((value) => ['--set', value]),
        ]);
        if (status !== 0) return [stderr];
        // Strimzi's definitions are in no registry of modules.
        const objects = stdout.split(/^---$/m).filter((text) => !/^apiVersion: kafka\.strimzi\.io/m.test(text));
        plane.apply(objects.join('---\n'), '--dry-run=server', '--validate=strict', '--namespace', 'examples');
        return [];
      });
    }
  }

  async #installs(): Promise<void> {
    const { checks, plane } = this.#deps;
    this.#release.prepare('restricted', TOKEN);
    plane.apply(volumes(['spool-0', 'spool-1']));
    await checks.check('it installs where PodSecurity restricted is enforced, without a warning', () =>
      Release.problems(this.#upgrade()),
    );
    await checks.check('all its pods are ready, on both nodes', () => {
      const pods = this.#release.pods();
      const nodes = new Set(pods.map(({ spec }) => spec.nodeName));
      return pods.length === 8 && pods.every(isReady) && nodes.size === 2
        ? []
        : [`${pods.length} pods on ${[...nodes].join()}: ${plane.mustKubectl('get', 'pods', '-A', '-o', 'wide')}`];
    });
  }

  async #refuses(): Promise<void> {
    const { checks, plane } = this.#deps;
    const sentence =
      'correlator.replicas is 9, but there are 8 partitions, and a process without one has nothing to do: lower it to 8, ' +
      'or begin with more partitions (config.topics.partitions).';
    await checks.check('a bad value is refused with its sentence', () => {
      const { status, stderr } = this.#upgrade({ correlator: { replicas: 9 } });
      return status !== 0 && stderr.includes(sentence) ? [] : [`status ${status}: ${stderr}`];
    });
    await checks.check('an unknown value is refused by the schema, with its name', () => {
      const { status, stderr } = this.#upgrade({ correlator: { replica: 2 } });
      return status !== 0 && stderr.includes("'replica'") ? [] : [`status ${status}: ${stderr}`];
    });
    await checks.check('an unknown field of an object is refused by the API server, with its name', () => {
      const { status, stderr } = this.#upgrade({ correlator: { affinity: { nodeAffinities: {} } } });
      return status !== 0 && stderr.includes('nodeAffinities') ? [] : [`status ${status}: ${stderr}`];
    });
    await checks.check('the namespace takes no pod that asks for more than restricted allows', () => {
      const spec = { containers: [{ name: 'root', image: 'root', securityContext: { runAsUser: 0 } }] };
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'root', namespace: NAMESPACE }, spec };
      const { status, stderr } = plane.create(`/api/v1/namespaces/${NAMESPACE}/pods`, pod);
      return status !== 0 && stderr.includes('violates PodSecurity "restricted') ? [] : [`status ${status}: ${stderr}`];
    });
    await checks.check('what ran goes on beside all that was refused', () => {
      const { status, stderr } = this.#release.rollback(1);
      return status === 0 && this.#release.pods().every(isReady) ? [] : [stderr];
    });
  }

  /** An upgrade is another configuration and another number; a rollback is the ones before. */
  async #changes(): Promise<void> {
    const { checks } = this.#deps;
    const levels = (): string =>
      this.#deps.plane.mustKubectl('get', 'configmap', 'logweave-config', '-n', NAMESPACE, '-o', 'jsonpath={.data}');
    const before = this.#release.pods().map(({ metadata }) => metadata.name);
    await checks.check('an upgrade changes the configuration and replaces every pod', () => {
      const problems = Release.problems(
        this.#upgrade({ config: { log: { level: 'debug' } }, correlator: { replicas: 4 } }),
      );
      const kept = this.#release
        .pods()
        .filter(({ metadata }) => before.includes(metadata.name) && !metadata.name.includes('ingestor'));
      return [
        ...problems,
        ...(levels().includes('debug') ? [] : ['the configuration is as it was']),
        ...kept.map(({ metadata }) => `${metadata.name} is the old one`),
        ...(this.#replicas() === 4 ? [] : [`${this.#replicas()} correlators`]),
      ];
    });
    await checks.check('a rollback brings both back', () => {
      const problems = Release.problems(this.#release.rollback(1));
      return [
        ...problems,
        ...(levels().includes('debug') || this.#replicas() !== 2 ? [`${levels()}, ${this.#replicas()}`] : []),
      ];
    });
  }

  /** The budget lets one correlator go at a time. */
  async #drains(): Promise<void> {
    const { checks, plane, nodes } = this.#deps;
    const correlators = (): readonly PodObject[] => this.#release.pods('correlator');
    await checks.check('a second correlator may not be evicted while one is away', () => {
      for (const node of nodes) plane.mustKubectl('cordon', node);
      const [first, second] = correlators().map(({ metadata }) => this.#evict(metadata.name));
      for (const node of nodes) plane.mustKubectl('uncordon', node);
      return first === '' && second?.includes('disruption budget') ? [] : [`first: ${first}`, `second: ${second}`];
    });
    await checks.check('a node is drained under the budget, and all pods are ready on the other', async () => {
      await until(60, () => (correlators().filter(isReady).length === 2 ? [] : ['not ready']));
      const drain = plane.kubectl('drain', nodes[0], '--delete-emptydir-data', '--ignore-daemonsets', '--timeout=90s');
      const problems = await until(60, () =>
        this.#release
          .pods()
          .filter((pod) => !isReady(pod) || pod.spec.nodeName === nodes[0])
          .map(({ metadata, spec }) => `${metadata.name} on ${spec.nodeName}`),
      );
      plane.mustKubectl('uncordon', nodes[0]);
      return [...(drain.status === 0 ? [] : [drain.stderr]), ...problems];
    });
  }

  async #scalesOnCpu(): Promise<void> {
    const { checks } = this.#deps;
    const metrics = new FedMetrics(this.#deps);
    // Half of what is aimed at.
    await metrics.start('175m');
    try {
      const autoscaling = { type: 'hpa', minReplicas: 2, maxReplicas: 4, stabilizationSeconds: 5 };
      await checks.check('an autoscaler takes the number over', async () => {
        const problems = Release.problems(this.#upgrade({ correlator: { autoscaling } }));
        return [...problems, ...(await this.#correlatorsBecome(2))];
      });
      await checks.check('it adds correlators while they use more than is aimed at, up to the most', async () => {
        metrics.set('2000m');
        const problems = await this.#correlatorsBecome(4);
        return [...problems, ...(await until(60, () => this.#limitProblems('TooManyReplicas')))];
      });
      await checks.check('an upgrade leaves its number alone', () => {
        const problems = Release.problems(
          this.#upgrade({ correlator: { autoscaling }, config: { log: { level: 'warn' } } }),
        );
        return [...problems, ...(this.#replicas() === 4 ? [] : [`${this.#replicas()} correlators`])];
      });
      await checks.check('it takes them away when they use less, down to the least', async () => {
        metrics.set('50m');
        return this.#correlatorsBecome(2);
      });
    } finally {
      await metrics.stop();
    }
  }

  async #scalesOnLag(): Promise<void> {
    const { checks, plane } = this.#deps;
    await checks.check("KEDA's definition accepts the ScaledObject, with every field", () => {
      const problems = Release.problems(
        this.#upgrade({ correlator: { autoscaling: { type: 'keda', maxReplicas: 8 } } }),
      );
      const { spec } = plane.get('scaledobject', CORRELATOR, '-n', NAMESPACE) as { readonly spec: ScaledObject };
      const topics = spec.triggers
        .map(({ metadata }) => metadata['topic'] ?? '')
        .toSorted((a, b) => a.localeCompare(b));
      const right =
        spec.maxReplicaCount === 8 &&
        spec.scaleTargetRef.name === CORRELATOR &&
        topics.join() === 'logweave.http,logweave.network';
      return [...problems, ...(right ? [] : [JSON.stringify(spec)])];
    });
    await checks.check('more pods than partitions are refused before KEDA sees them', () => {
      const { status, stderr } = this.#upgrade({ correlator: { autoscaling: { type: 'keda', maxReplicas: 9 } } });
      return status !== 0 && stderr.includes('correlator.autoscaling.maxReplicas is 9, but there are 8 partitions')
        ? []
        : [stderr];
    });
  }

  async #uninstalls(): Promise<void> {
    const { checks, plane } = this.#deps;
    await checks.check('it is taken away, all but the volumes and the secrets', async () => {
      const problems = Release.problems(this.#release.uninstall());
      const kinds =
        'deployments,statefulsets,daemonsets,pods,services,configmaps,jobs,hpa,pdb,networkpolicies,serviceaccounts,scaledobjects,secrets,pvc';
      const names = (): readonly string[] =>
        plane
          .mustKubectl('get', kinds, '-n', NAMESPACE, '-o', 'name')
          .split('\n')
          .filter((name) => name !== '' && !/\/(default|kube-root-ca\.crt)$/.test(name));
      const kept = /^(secret\/logweave-(admin|clickhouse)|persistentvolumeclaim\/.+)$/;
      return [...problems, ...(await until(30, () => names().filter((name) => !kept.test(name))))];
    });
  }

  #upgrade(set: Readonly<Record<string, unknown>> = {}) {
    return this.#release.upgrade(this.#values, set);
  }

  #replicas(): number {
    return (this.#deps.plane.get('deployment', CORRELATOR, '-n', NAMESPACE) as Deployment).spec.replicas;
  }

  /** The controllers learn of a new API within a minute or two. */
  #correlatorsBecome(count: number): Promise<readonly string[]> {
    return until(180, () => (this.#replicas() === count ? [] : [`${this.#replicas()} correlators, not ${count}`]));
  }

  #limitProblems(reason: string): readonly string[] {
    const { status } = this.#deps.plane.get('hpa', CORRELATOR, '-n', NAMESPACE) as Autoscaler;
    const limited = status.conditions?.find(({ type }) => type === 'ScalingLimited');
    return limited?.reason === reason ? [] : [JSON.stringify(status.conditions)];
  }

  /** What the server says to it; nothing when it does it. */
  #evict(pod: string): string {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: NAMESPACE } };
    const { plane } = this.#deps;
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`;
    const { status, stderr } = plane.create(path, eviction);
    return status === 0 ? '' : stderr;
  }
}

interface Autoscaler {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly reason: string }[] };
}

interface ScaledObject {
  readonly scaleTargetRef: { readonly name: string };
  readonly maxReplicaCount: number;
  readonly triggers: readonly { readonly metadata: Readonly<Record<string, string>> }[];
}

function isReady({ status }: PodObject): boolean {
  return status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

/** For the ingestor's spool: nobody makes volumes here. */
function volumes(names: readonly string[]): readonly object[] {
  return names.map((name) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage: '8Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: `/nowhere/${name}` } },
  }));
}
