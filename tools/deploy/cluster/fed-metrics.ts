import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS_SERVICE } from './certificates.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Processes } from './processes.ts';
import { until } from './until.ts';

const PORT = 28_443;
const NAME = 'metrics-server';

export interface FedMetricsDeps {
  readonly plane: ControlPlane;
  readonly processes: Processes;
  readonly kubectl: string;
  readonly folder: string;
}

/** The use of CPU that autoscalers see, as a test says it. */
export class FedMetrics {
  readonly #deps: FedMetricsDeps;
  readonly #file: string;

  constructor(deps: FedMetricsDeps) {
    this.#deps = deps;
    this.#file = join(deps.folder, 'cpu');
  }

  /** @param cpu of each container, as in 250m */
  set(cpu: string): void {
    writeFileSync(this.#file, cpu);
  }

  async start(cpu: string): Promise<void> {
    const { plane, processes, kubectl } = this.#deps;
    this.set(cpu);
    const { certificate, key } = plane.certificates.of('server');
    const script = join(import.meta.dirname, 'metrics-server.ts');
    const args = [script, kubectl, plane.kubeconfig, certificate, key, String(PORT), this.#file];
    processes.start(NAME, process.execPath, args);
    plane.registerApi({ group: 'metrics.k8s.io', version: 'v1beta1' }, METRICS_SERVICE, PORT);
    const problems = await until(30, () => {
      processes.checkRunning();
      return plane.apiProblems('v1beta1.metrics.k8s.io');
    });
    if (problems.length > 0) throw new Error(`the metrics API is not served: ${problems.join()}`);
  }

  async stop(): Promise<void> {
    const { plane, processes } = this.#deps;
    plane.mustKubectl('delete', 'apiservice', 'v1beta1.metrics.k8s.io');
    await processes.stop(NAME);
  }
}
