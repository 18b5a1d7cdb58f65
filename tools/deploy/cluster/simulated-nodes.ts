import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';
import type { Processes } from './processes.ts';
import { until } from './until.ts';

const ANNOTATION = 'kwok.x-k8s.io/node';

/** Nodes on which pods are said to run, by kwok: for what the control plane decides, as many as one likes. */
export async function startSimulatedNodes(
  names: readonly string[],
  { tools, plane, processes }: { readonly tools: string; readonly plane: ControlPlane; readonly processes: Processes },
): Promise<void> {
  const room = { cpu: '16', memory: '64Gi', pods: '110' };
  plane.apply(
    names.map((name, i) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'kubernetes.io/os': 'linux',
          'kubernetes.io/hostname': name,
          'topology.kubernetes.io/zone': `zone-${i}`,
        },
        annotations: { [ANNOTATION]: 'simulated' },
      },
      status: { allocatable: room, capacity: room },
    })),
  );
  const stages = join(tools, 'stages');
  processes.start('kwok', join(tools, 'kwok'), [
    `--kubeconfig=${plane.kubeconfig}`,
    `--manage-nodes-with-annotation-selector=${ANNOTATION}=simulated`,
    '--manage-all-nodes=false',
    ...readdirSync(stages).map((stage) => `--config=${join(stages, stage)}`),
    '--node-lease-duration-seconds=40',
  ]);
  const problems = await until(30, () => {
    processes.checkRunning();
    const { status, stderr } = plane.kubectl(
      'wait',
      '--for=condition=Ready',
      '--timeout=0s',
      ...names.map((name) => `node/${name}`),
    );
    return status === 0 ? [] : [stderr];
  });
  if (problems.length > 0) throw new Error(`simulated nodes are not ready: ${problems.join()}`);
}
