/**
 * `node metrics-server.ts KUBECTL KUBECONFIG CERTIFICATE KEY PORT CPU-FILE`: the API from which autoscalers learn how much
 * CPU pods use. Each container uses what stands in the file, as in 250m. A process of its own: whoever waits for kubectl or
 * helm, which ask for this API as for all others, cannot answer it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

interface Pod {
  readonly metadata: { readonly name: string; readonly labels: object };
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
}

const API = '/apis/metrics.k8s.io/v1beta1';

const [kubectl = '', kubeconfig = '', certificate = '', key = '', port = '', cpuFile = ''] = process.argv.slice(2);

function podsOf(namespace: string, selector: string): readonly Pod[] {
  const args = ['--kubeconfig', kubeconfig, 'get', 'pods', '-n', namespace, '-l', selector, '-o', 'json'];
  const { stdout } = spawnSync(kubectl, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return (JSON.parse(stdout) as { readonly items: readonly Pod[] }).items;
}

function answer({ pathname, searchParams }: URL): object | null {
  if (pathname === API) {
    const pods = { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] };
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'metrics.k8s.io/v1beta1', resources: [pods] };
  }
  const namespace = new RegExp(`^${API}/namespaces/([^/]+)/pods$`).exec(pathname)?.[1];
  if (namespace === undefined) return null;
  const cpu = readFileSync(cpuFile, 'utf8').trim();
  const usage = { cpu, memory: '100Mi' };
  return {
    kind: 'PodMetricsList',
    apiVersion: 'metrics.k8s.io/v1beta1',
    items: podsOf(namespace, searchParams.get('labelSelector') ?? '').map(({ metadata: { name, labels }, spec }) => ({
      metadata: { name, namespace, labels },
      timestamp: new Date().toISOString(),
      window: '10s',
      containers: spec.containers.map((container) => ({ name: container.name, usage })),
    })),
  };
}

createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
  const found = answer(new URL(request.url ?? '/', 'https://localhost'));
  response.writeHead(found === null ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(found ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
}).listen(Number(port), '127.0.0.1');
