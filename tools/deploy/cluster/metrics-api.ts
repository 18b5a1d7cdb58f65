import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { once } from 'node:events';
import type { ControlPlane } from './control-plane.ts';

const PORT = 28_443;
const SERVICE = 'metrics';
const API = '/apis/metrics.k8s.io/v1beta1';

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: object };
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
}

/** The API from which autoscalers learn how much CPU pods use, with the figure that a test gives. */
export class FedMetrics {
  /** Of each container, as in 250m. */
  cpu = '0';
  readonly #plane: ControlPlane;
  #server: Server | null = null;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  async start(): Promise<void> {
    const { certificate, key } = this.#plane.certificates.of('server');
    const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
      const answer = this.#answer(new URL(request.url ?? '/', 'https://localhost'));
      response.writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
    });
    this.#server = server;
    await once(server.listen(PORT, '127.0.0.1'), 'listening');
    this.#plane.apply([
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: SERVICE, namespace: 'kube-system' },
        spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port: PORT }] },
      },
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.metrics.k8s.io' },
        spec: {
          group: 'metrics.k8s.io',
          version: 'v1beta1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          caBundle: readFileSync(this.#plane.certificates.authority).toString('base64'),
          service: { name: SERVICE, namespace: 'kube-system', port: PORT },
        },
      },
    ]);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  #answer({ pathname, searchParams }: URL): object | null {
    if (pathname === API) {
      const pods = { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] };
      return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'metrics.k8s.io/v1beta1', resources: [pods] };
    }
    const namespace = new RegExp(`^${API}/namespaces/([^/]+)/pods$`).exec(pathname)?.[1];
    if (namespace === undefined) return null;
    const selector = searchParams.get('labelSelector') ?? '';
    const { items } = this.#plane.get<{ readonly items: readonly Pod[] }>('pods', '-n', namespace, '-l', selector);
    return {
      kind: 'PodMetricsList',
      apiVersion: 'metrics.k8s.io/v1beta1',
      items: items.map(({ metadata: { name, labels }, spec }) => ({
        metadata: { name, namespace, labels },
        timestamp: new Date().toISOString(),
        window: '10s',
        containers: spec.containers.map((container) => ({
          name: container.name,
          usage: { cpu: this.cpu, memory: '100Mi' },
        })),
      })),
    };
  }
}
