import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { valuesFile } from '../chart/render-example.ts';
import type { Checks } from '../checks.ts';
import { runTool } from '../run-tool.ts';
import type { ControlPlane } from './control-plane.ts';
import { socketArguments } from './ensemble-values.ts';
import type { Processes } from './processes.ts';
import { Release } from './release.ts';
import { until } from './until.ts';

export interface KedaScenarioDeps {
  readonly checks: Checks;
  readonly plane: ControlPlane;
  readonly processes: Processes;
  readonly chart: string;
  readonly folder: string;
  readonly logweave: string;
  readonly brokers: readonly string[];
}

const NAMESPACE = 'lag';
const PARTITIONS = 8;
/** Of records, for one more pod: less than a second of the load. */
const LAG_THRESHOLD = 2_000;

/** The chart's ScaledObject with KEDA itself, on a real Kafka whose records nobody reads. */
export class KedaScenario {
  readonly #deps: KedaScenarioDeps;

  constructor(deps: KedaScenarioDeps) {
    this.#deps = deps;
  }

  async run(): Promise<void> {
    const { checks, plane, chart, folder, brokers } = this.#deps;
    const release = new Release(plane, { chart, folder, namespace: NAMESPACE });
    release.prepare('restricted', {
      'logweave-admin': { token: 'a-token-of-the-test' },
      'logweave-clickhouse': { password: 'a-password' },
    });
    this.#startIngestor();
    const values = [valuesFile(chart, { name: 'sidecar-ingestor' })];
    await checks.check('KEDA takes the ScaledObject over, with an autoscaler of its own', async () => {
      const autoscaling = {
        type: 'keda',
        minReplicas: 2,
        maxReplicas: PARTITIONS,
        lagThreshold: LAG_THRESHOLD,
        pollingIntervalSeconds: 3,
      };
      const set = {
        config: { event_log: { kafka: { brokers } } },
        socketIngestor: { enabled: false },
        correlator: { autoscaling },
      };
      const problems = Release.problems(release.upgrade(values, set));
      return [...problems, ...(await until(60, () => this.#problemsUnless('Ready')))];
    });
    await checks.check('two correlators have no lag that would want more of them', () => this.#replicasBecome(2));
    this.#load();
    await checks.check('correlators are added for the lag, up to the number of partitions', () =>
      this.#replicasBecome(PARTITIONS),
    );
  }

  #startIngestor(): void {
    const { processes, logweave, folder, brokers } = this.#deps;
    const config = join(folder, 'ingestor.yml');
    const sockets = ['http', 'network'].map((name) => ({
      name: `${name}_source`,
      path: join(folder, `${name}.socket`),
      source: name === 'http' ? 'A' : 'B',
    }));
    writeFileSync(
      config,
      JSON.stringify({
        data_dir: join(folder, 'ingestor'),
        event_log: { kind: 'kafka', kafka: { brokers } },
        topics: { partitions: PARTITIONS },
        inputs: { unix_sockets: sockets },
        admin: { port: 0 },
      }),
    );
    const program = ['--conditions=@logweave/source', logweave];
    runTool(process.execPath, [...program, 'topics', '--create', '--config', config]);
    processes.start('ingestor', process.execPath, [...program, 'run', 'socket-ingestor', '--config', config]);
  }

  #load(): void {
    const { logweave, folder } = this.#deps;
    const load = ['generate', '--reconnect', '--rate', '4000', '--duration', '10s', ...socketArguments(folder)];
    const { status, stderr } = runTool(process.execPath, ['--conditions=@logweave/source', logweave, ...load]);
    if (status !== 0) throw new Error(stderr);
  }

  #problemsUnless(condition: string): readonly string[] {
    const { plane } = this.#deps;
    const name = 'scaledobject/logweave-correlator';
    const { status, stderr } = plane.kubectl(
      'wait',
      `--for=condition=${condition}`,
      name,
      '-n',
      NAMESPACE,
      '--timeout=1s',
    );
    return status === 0 ? [] : [stderr];
  }

  #replicasBecome(count: number): Promise<readonly string[]> {
    const { plane } = this.#deps;
    return until(300, () => {
      const args = ['deployment', 'logweave-correlator', '-n', NAMESPACE, '-o', 'jsonpath={.spec.replicas}'];
      const replicas = Number(plane.mustKubectl('get', ...args));
      return replicas === count ? [] : [`${replicas} correlators, not ${count}`];
    });
  }
}
