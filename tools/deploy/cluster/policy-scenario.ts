import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { valuesFile } from '../chart/render-example.ts';
import type { Checks } from '../checks.ts';
import { runTool } from '../run-tool.ts';
import type { ControlPlane } from './control-plane.ts';
import { ensembleValues, type Image, joinedRows, socketArguments } from './ensemble-values.ts';
import { CLICKHOUSE_PORT, type HostServices, KAFKA_PORT } from './host-services.ts';
import { HOST_ADDRESS } from './real-node.ts';
import { type PodObject, Release } from './release.ts';
import { until } from './until.ts';

export interface PolicyScenarioDeps {
  readonly checks: Checks;
  readonly plane: ControlPlane;
  readonly services: HostServices;
  readonly chart: string;
  readonly folder: string;
  readonly logweave: string;
  readonly image: Image;
}

const NAMESPACE = 'policies';
const ADMIN_PORT = 9_464;
/** Of something on the machine that is no business of the services. */
const OTHER_PORT = 18_999;
const PROMETHEUS = { app: 'prometheus' };
const STRANGER = { app: 'stranger' };
/** So long a connection may take before it counts as cut off. */
const CONNECT_MS = 3_000;

/** The chart's network policies, enforced: what has to pass does, and nothing else. */
export class PolicyScenario {
  readonly #deps: PolicyScenarioDeps;
  readonly #release: Release;
  readonly #sockets: string;

  constructor(deps: PolicyScenarioDeps) {
    this.#deps = deps;
    const { plane, chart, folder } = deps;
    this.#release = new Release(plane, { chart, folder, namespace: NAMESPACE });
    this.#sockets = join(folder, 'run');
  }

  async run(): Promise<void> {
    const { checks } = this.#deps;
    const other = await listening();
    try {
      if (!(await this.#installs())) return;
      await checks.check('events pass, from sockets to rows', () => this.#eventsPass());
      await checks.check('Prometheus reaches the metrics of every service', () => this.#reachMetrics(PROMETHEUS, true));
      await checks.check('nobody else does', () => this.#reachMetrics(STRANGER, false));
      for (const [component, ports] of Object.entries({
        correlator: { open: [KAFKA_PORT], closed: [CLICKHOUSE_PORT, OTHER_PORT] },
        parser: { open: [KAFKA_PORT], closed: [CLICKHOUSE_PORT, OTHER_PORT] },
        'socket-ingestor': { open: [KAFKA_PORT], closed: [CLICKHOUSE_PORT, OTHER_PORT] },
        'clickhouse-writer': { open: [KAFKA_PORT, CLICKHOUSE_PORT], closed: [OTHER_PORT] },
      })) {
        await checks.check(`${component} reaches what it needs and nothing else`, () => {
          const [pod] = this.#release.pods(component);
          return [
            ...ports.open.flatMap((port) => this.#connects(pod?.metadata.name ?? '', HOST_ADDRESS, port, true)),
            ...ports.closed.flatMap((port) => this.#connects(pod?.metadata.name ?? '', HOST_ADDRESS, port, false)),
          ];
        });
      }
    } finally {
      other.close();
    }
  }

  #installs(): Promise<boolean> {
    const { checks, chart, services, folder, image } = this.#deps;
    this.#release.prepare('privileged', {
      'logweave-admin': { token: 'a-token-of-the-test' },
      'logweave-clickhouse': { password: services.password },
    });
    const to = [{ ipBlock: { cidr: `${HOST_ADDRESS}/32` } }];
    const networkPolicy = {
      enabled: true,
      kafka: { to },
      clickhouse: { to },
      metrics: { from: [{ podSelector: { matchLabels: PROMETHEUS } }] },
    };
    const values = ensembleValues({ services, folder, sockets: this.#sockets, image, correlators: 2 });
    return checks.check('it installs behind its policies, and every pod gets ready', () =>
      Release.problems(this.#release.upgrade([valuesFile(chart, { name: 'external' })], { ...values, networkPolicy })),
    );
  }

  async #eventsPass(): Promise<readonly string[]> {
    const { logweave, services } = this.#deps;
    const before = await joinedRows(services);
    const load = ['generate', '--reconnect', '--rate', '250', '--duration', '10s', ...socketArguments(this.#sockets)];
    const { status, stderr } = runTool(process.execPath, ['--conditions=@logweave/source', logweave, ...load]);
    if (status !== 0) return [stderr];
    return until(60, async () => {
      const joined = (await joinedRows(services)).joined - before.joined;
      return joined > 1_000 ? [] : [`${joined} joined rows`];
    });
  }

  async #reachMetrics(labels: Readonly<Record<string, string>>, should: boolean): Promise<readonly string[]> {
    const name = labels['app'] ?? '';
    const problems = await this.#startClient(name, labels);
    if (problems.length > 0) return problems;
    const addresses = (this.#release.pods() as readonly AddressedPod[]).map(({ status }) => status.podIP);
    const found = addresses.flatMap((address) => this.#connects(name, address, ADMIN_PORT, should));
    return addresses.length < 5 ? [`${addresses.length} pods`, ...found] : found;
  }

  /** A pod that does nothing until it is told to. */
  #startClient(name: string, labels: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const { plane, image } = this.#deps;
    plane.apply([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: NAMESPACE, labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'client',
              image: `${image.repository}:${image.tag}`,
              imagePullPolicy: 'Never',
              command: ['node', '--eval', 'setInterval(() => {}, 1e9)'],
            },
          ],
        },
      },
    ]);
    return until(60, () => {
      const args = ['wait', '--for=condition=Ready', `pod/${name}`, '-n', NAMESPACE, '--timeout=1s'];
      const { status, stderr } = plane.kubectl(...args);
      return status === 0 ? [] : [stderr];
    });
  }

  /** A problem when a pod can connect and should not, or the other way round. */
  #connects(pod: string, address: string, port: number, should: boolean): readonly string[] {
    const script = `const socket = require('node:net').connect(${port}, '${address}');
      const end = (word) => { console.log(word); process.exit(0); };
      socket.on('connect', () => end('open')).on('error', () => end('closed'));
      setTimeout(() => end('closed'), ${CONNECT_MS});`;
    const { stdout, stderr } = this.#deps.plane.kubectl('exec', '-n', NAMESPACE, pod, '--', 'node', '--eval', script);
    const found = stdout.trim();
    return found === (should ? 'open' : 'closed') ? [] : [`${pod} to ${address}:${port}: ${found || stderr}`];
  }
}

interface AddressedPod extends PodObject {
  readonly status: PodObject['status'] & { readonly podIP: string };
}

function listening(): Promise<Server> {
  const server = createServer((_, response) => response.end());
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(OTHER_PORT, HOST_ADDRESS, () => resolve(server));
  });
}
