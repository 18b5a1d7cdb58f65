/**
 * `node tools/cluster-test.ts`: the chart in k8s/logweave on a real control plane of Kubernetes that is started for the
 * occasion (etcd, API server, controllers, scheduler; built with Go the first time). Ends with a line `N passed, N failed`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks } from './deploy/checks.ts';
import { ChartScenario } from './deploy/cluster/chart-scenario.ts';
import { ControlPlane } from './deploy/cluster/control-plane.ts';
import { Processes } from './deploy/cluster/processes.ts';
import { startSimulatedNodes } from './deploy/cluster/simulated-nodes.ts';
import { goTools, ToolMissing } from './deploy/go-tools.ts';

const NODES = ['simulated-0', 'simulated-1'] as const;

const chart = join(import.meta.dirname, '../k8s/logweave');
const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), 'logweave-cluster-'));
const processes = new Processes(folder);

async function run(): Promise<void> {
  const tools = { cluster: goTools('cluster'), helm: join(goTools('helm'), 'helm') };
  const plane = new ControlPlane(folder, tools, processes);
  await plane.start();
  await startSimulatedNodes(NODES, { tools: tools.cluster, plane, processes });
  const crds = join(tools.cluster, 'crds');
  await new ChartScenario({ checks, plane, helm: tools.helm, chart, crds, folder, nodes: NODES }).run();
}

try {
  await run();
  process.exitCode = checks.finish();
} catch (error) {
  if (!(error instanceof ToolMissing)) throw error;
  console.error(error.message);
  process.exitCode = 2;
} finally {
  await processes.stop();
  rmSync(folder, { recursive: true, force: true });
}
