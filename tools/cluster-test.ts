/**
 * `node tools/cluster-test.ts [chart|ensemble|policies|keda]`: the chart in k8s/logweave on a control plane of Kubernetes
 * that is started for the occasion (etcd, API server, controllers, scheduler; built with Go the first time).
 *
 * chart: what the control plane makes of it, with PodSecurity restricted enforced, on nodes that only say that they run pods.
 * ensemble: our own image on this machine as a node (containerd, kubelet; needs root), with Kafka and ClickHouse beside it.
 * policies: the chart's network policies on the node of `ensemble`, enforced by kube-router.
 * keda: KEDA scales correlators by the lag of a real Kafka (root, for the operator's view of /run; building KEDA takes some
 * minutes more). It is run only when it is asked for.
 *
 * Ends with a line `N passed, N failed`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestKafka } from '@logweave/event-log-kafka/testing';
import { Checks } from './deploy/checks.ts';
import { ChartScenario } from './deploy/cluster/chart-scenario.ts';
import { ControlPlane } from './deploy/cluster/control-plane.ts';
import { EnsembleScenario } from './deploy/cluster/ensemble-scenario.ts';
import { HostServices } from './deploy/cluster/host-services.ts';
import { KedaOperator } from './deploy/cluster/keda-operator.ts';
import { KedaScenario } from './deploy/cluster/keda-scenario.ts';
import { KubeRouter } from './deploy/cluster/kube-router.ts';
import { PolicyScenario } from './deploy/cluster/policy-scenario.ts';
import { Processes } from './deploy/cluster/processes.ts';
import { HOST_ADDRESS, RealNode } from './deploy/cluster/real-node.ts';
import { startSimulatedNodes } from './deploy/cluster/simulated-nodes.ts';
import { goTools, ToolMissing } from './deploy/go-tools.ts';
import { runTool } from './deploy/run-tool.ts';

const NODES = ['simulated-0', 'simulated-1'] as const;
const IMAGES = 'localhost/logweave-stand-in';
const image = { repository: `${IMAGES}/slim`, tag: 'latest' };
const nextImage = { repository: `${IMAGES}/slim`, tag: 'upgraded' };

const root = join(import.meta.dirname, '..');
const chart = join(root, 'k8s/logweave');
const logweave = join(root, 'services/logweave/bin/logweave.mjs');
const parts = process.argv.length > 2 ? process.argv.slice(2) : ['chart', 'ensemble', 'policies'];
const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), 'logweave-cluster-'));
const processes = new Processes(folder);
/** What has to be undone at the end, the last first. */
const undo: (() => Promise<void> | void)[] = [
  () => rmSync(folder, { recursive: true, force: true }),
  () => processes.stop(),
];

async function run(): Promise<void> {
  const tools = { cluster: goTools('cluster'), helm: join(goTools('helm'), 'helm') };
  const needsNode = parts.includes('ensemble') || parts.includes('policies');
  if (needsNode) makeImages();
  const plane = new ControlPlane(folder, tools, processes);
  await plane.start();
  if (parts.includes('chart')) await testChart(plane, tools);
  if (parts.includes('keda')) await testKeda(plane, tools.cluster);
  if (!needsNode) return;
  const services = await startNode(plane, tools.cluster);
  if (parts.includes('ensemble')) await testEnsemble(plane, services);
  if (parts.includes('policies')) await testPolicies(plane, services);
}

async function testChart(
  plane: ControlPlane,
  tools: { readonly cluster: string; readonly helm: string },
): Promise<void> {
  await startSimulatedNodes(NODES, { tools: tools.cluster, plane, processes });
  const kubectl = join(tools.cluster, 'kubectl');
  const crds = join(tools.cluster, 'crds');
  const deps = { checks, plane, processes, helm: tools.helm, kubectl, chart, crds, folder, nodes: NODES };
  await new ChartScenario(deps).run();
  plane.mustKubectl('delete', 'node', ...NODES);
  await processes.stop('kwok');
}

async function testKeda(plane: ControlPlane, tools: string): Promise<void> {
  const kafka = await startTestKafka();
  if ('unavailable' in kafka) throw new ToolMissing(kafka.unavailable);
  undo.push(() => kafka.close());
  await startSimulatedNodes(NODES, { tools, plane, processes });
  await new KedaOperator({ plane, processes, tools: goTools('keda'), folder }).start();
  const brokers = kafka.bootstrapServers;
  await new KedaScenario({ checks, plane, processes, chart, folder, logweave, brokers }).run();
}

/** This machine as a node, with our images, and what the pods find beside it. */
async function startNode(plane: ControlPlane, tools: string): Promise<HostServices> {
  const node = new RealNode({ plane, processes, tools, folder, pauseImage: `${IMAGES}/pause:latest` });
  undo.push(() => node.stop());
  await node.start();
  const services = new HostServices({ address: HOST_ADDRESS, folder: join(folder, 'services'), prefix: IMAGES });
  undo.push(() => services.stop());
  await services.start();
  for (const { repository, tag } of [{ repository: `${IMAGES}/pause`, tag: 'latest' }, image, nextImage]) {
    node.importImage(`${repository}:${tag}`);
  }
  await node.ready();
  return services;
}

async function testPolicies(plane: ControlPlane, services: HostServices): Promise<void> {
  const router = new KubeRouter({ plane, processes, tools: goTools('kube-router') });
  undo.push(() => router.stop());
  await router.start();
  await new PolicyScenario({ checks, plane, services, chart, folder, logweave, image }).run();
}

async function testEnsemble(plane: ControlPlane, services: HostServices): Promise<void> {
  const deps = { checks, plane, processes, services, chart, folder, logweave, image, nextImage };
  const scenario = new EnsembleScenario(deps);
  undo.push(() => {
    if (checks.failed > 0) console.log(scenario.describe());
  });
  await scenario.run();
}

/** The images of this checkout, and one that differs in its label alone. */
function makeImages(): void {
  const made = runTool(join(root, 'deploy/stand-ins/make.sh'), ['slim', 'kafka', 'clickhouse', 'pause']);
  if (made.status !== 0) throw new ToolMissing(made.stderr.trim());
  const dockerfile = `FROM ${image.repository}:${image.tag}\nLABEL org.opencontainers.image.version=upgraded\n`;
  const args = [
    'bud',
    '--format',
    'docker',
    '--isolation',
    'chroot',
    '--tag',
    `${nextImage.repository}:${nextImage.tag}`,
    '-',
  ];
  const built = runTool('buildah', args, { input: dockerfile });
  if (built.status !== 0) throw new ToolMissing(built.stderr.trim());
}

let undone = false;
async function undoAll(): Promise<void> {
  if (undone) return;
  undone = true;
  for (const step of undo.toReversed()) await step();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void undoAll().finally(() => process.exit(1));
  });
}

try {
  await run();
  process.exitCode = checks.finish();
} catch (error) {
  if (!(error instanceof ToolMissing)) throw error;
  console.error(error.message);
  process.exitCode = 2;
} finally {
  await undoAll();
}
