import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { valuesFile } from '../chart/render-example.ts';
import type { Checks } from '../checks.ts';
import { runTool } from '../run-tool.ts';
import type { ControlPlane } from './control-plane.ts';
import { ensembleValues, type Image, joinedRows, socketArguments } from './ensemble-values.ts';
import type { HostServices } from './host-services.ts';
import type { Processes } from './processes.ts';
import { type PodObject, Release } from './release.ts';
import { until } from './until.ts';

export interface EnsembleScenarioDeps {
  readonly checks: Checks;
  readonly plane: ControlPlane;
  readonly processes: Processes;
  readonly services: HostServices;
  readonly chart: string;
  readonly folder: string;
  /** The program, to generate load and to join it offline. */
  readonly logweave: string;
  readonly image: Image;
  /** The same program as another image. */
  readonly nextImage: Image;
}

interface Load {
  readonly name: string;
  readonly seed: number;
  readonly seconds: number;
}

/** What the rows say: joined HTTP events and lone ones. */
interface Rows {
  readonly joined: number;
  readonly lone: number;
}

const NAMESPACE = 'ensemble';
const TOKEN = 'a-token-of-the-test';
/** Events a second, both sides together. */
const RATE = 250;
/** How long a connection waits for requests: not long, as the test waits for the last of them. */
const TTL_SECONDS = 20;
/** Connections without a network event are one in fifty; a storm would be many more. */
const STORM_SHARE = 0.05;

/** The chart's own pods on a real node, with a broker and a warehouse outside of the cluster, under load. */
export class EnsembleScenario {
  readonly #deps: EnsembleScenarioDeps;
  readonly #release: Release;
  readonly #sockets: string;

  constructor(deps: EnsembleScenarioDeps) {
    this.#deps = deps;
    const { plane, chart, folder } = deps;
    this.#release = new Release(plane, { chart, folder, namespace: NAMESPACE });
    this.#sockets = join(folder, 'run');
  }

  async run(): Promise<void> {
    if (!(await this.#installs())) return;
    await this.#scalesUnderLoad();
    await this.#upgradesUnderLoad();
    await this.#leaves();
  }

  #installs(): Promise<boolean> {
    const { checks, services } = this.#deps;
    this.#release.prepare('privileged', {
      'logweave-admin': { token: TOKEN },
      'logweave-clickhouse': { password: services.password },
    });
    return checks.check('it installs on a real node: topics and tables are made, and every pod gets ready', () =>
      Release.problems(this.#upgrade({})),
    );
  }

  /** The events are known beforehand, so their outcomes are as well. */
  async #scalesUnderLoad(): Promise<void> {
    const { checks } = this.#deps;
    const load: Load = { name: 'first-load', seed: 11, seconds: 75 };
    this.#send(load);
    await until(30, async () => ((await this.#rows()).joined > 0 ? [] : ['no rows yet']));
    await checks.check('two correlators become four under load', () =>
      Release.problems(this.#upgrade({ replicas: 4 })),
    );
    await checks.check('all of them have partitions', () => until(60, () => this.#idleCorrelators()));
    await checks.check('a correlator is killed under load, and another takes its place', async () => {
      const [victim] = this.#release.pods('correlator');
      this.#deps.plane.mustKubectl(
        'delete',
        'pod',
        '-n',
        NAMESPACE,
        '--force',
        '--grace-period=0',
        victim?.metadata.name ?? '',
      );
      return until(60, () => {
        const names = this.#release.pods('correlator').map(({ metadata }) => metadata.name);
        return names.length === 4 && !names.includes(victim?.metadata.name ?? '') ? [] : names;
      });
    });
    await checks.check('and two again', () => Release.problems(this.#upgrade({ replicas: 2 })));
    await checks.check('the load goes in to its end', () => this.#sent(load));
    const expected = this.#joinedOffline(load);
    await checks.check('its rows are those of the same events joined offline', () =>
      until(60, async () => {
        const rows = await this.#rows();
        const right = rows.joined === expected.joined && rows.lone === expected.lone;
        return right ? [] : [`${JSON.stringify(rows)}, not ${JSON.stringify(expected)}`];
      }),
    );
  }

  /** All services, the ingestor among them. */
  async #upgradesUnderLoad(): Promise<void> {
    const { checks, nextImage } = this.#deps;
    const before = await this.#rows();
    const load: Load = { name: 'second-load', seed: 12, seconds: 60 };
    this.#send(load);
    await until(30, async () => ((await this.#rows()).joined > before.joined ? [] : ['no rows yet']));
    await checks.check('all services are replaced by another image and configuration under load', () =>
      Release.problems(this.#upgrade({ image: nextImage, config: { log: { level: 'debug' } } })),
    );
    await checks.check('every pod has the other image, and none was restarted', () =>
      until(60, () => this.#release.pods().flatMap((pod) => podProblems(pod, nextImage.tag))),
    );
    await checks.check('the load goes in to its end', () => this.#sent(load));
    await checks.check('every event has exactly one outcome, and every result one row', () =>
      until(180, () => this.#audit()),
    );
    await checks.check('there is no storm of orphans', async () => {
      const after = await this.#rows();
      const joined = after.joined - before.joined;
      const lone = after.lone - before.lone;
      return lone / (joined + lone) < STORM_SHARE && joined > RATE ? [] : [`${lone} of ${joined + lone} alone`];
    });
  }

  async #leaves(): Promise<void> {
    const { checks } = this.#deps;
    await checks.check('it is taken away, and its pods stop within their grace', async () => {
      const problems = Release.problems(this.#release.uninstall());
      const left = await until(60, () => this.#release.pods().map(({ metadata }) => metadata.name));
      return [...problems, ...left];
    });
  }

  #upgrade({
    replicas = 2,
    image = this.#deps.image,
    config = {},
  }: {
    readonly replicas?: number;
    readonly image?: Image;
    readonly config?: object;
  }) {
    const { chart, services, folder } = this.#deps;
    const correlation = { ttl: { network_ttl_s: TTL_SECONDS } };
    const values = { services, folder, sockets: this.#sockets, image, correlators: replicas };
    return this.#release.upgrade(
      [valuesFile(chart, { name: 'external' })],
      ensembleValues({ ...values, config: { correlation, ...config } }),
    );
  }

  #generate({ seed, seconds }: Load): readonly string[] {
    return ['generate', '--seed', String(seed), '--rate', String(RATE), '--duration', `${seconds}s`];
  }

  #send(load: Load): void {
    const { processes, logweave } = this.#deps;
    processes.start(load.name, process.execPath, [
      '--conditions=@logweave/source',
      logweave,
      ...this.#generate(load),
      ...socketArguments(this.#sockets),
      '--reconnect',
      '--json',
    ]);
  }

  async #sent({ name, seconds }: Load): Promise<readonly string[]> {
    const summary = (): string => this.#deps.processes.tail(name);
    const problems = await until(seconds + 120, () => (summary().includes('"http_lines"') ? [] : [summary()]));
    await this.#deps.processes.stop(name);
    return problems;
  }

  #joinedOffline(load: Load): Rows {
    const { folder, logweave } = this.#deps;
    const [http, network, out] = ['http', 'network', 'joined'].map((name) => join(folder, `${name}.ndjson`));
    const run = (...args: readonly string[]) =>
      runTool(process.execPath, ['--conditions=@logweave/source', logweave, ...args]);
    const files = ['--http', http ?? '', '--network', network ?? ''];
    run(...this.#generate(load), ...files);
    const rules = [
      '--mode',
      'one_to_many',
      '--window',
      '1s',
      '--ttl',
      `${TTL_SECONDS}s`,
      '--stats',
      '--out',
      out ?? '',
    ];
    const { stderr } = run('correlate', ...files, ...rules);
    const stats = JSON.parse(stderr) as {
      readonly http: { readonly matched: number; readonly orphans: Record<string, number> };
    };
    return {
      joined: stats.http.matched,
      lone: Object.values(stats.http.orphans).reduce((sum, count) => sum + count, 0),
    };
  }

  #rows(): Promise<Rows> {
    return joinedRows(this.#deps.services);
  }

  /** Correlators whose metrics show no partition. */
  #idleCorrelators(): readonly string[] {
    return this.#release.pods('correlator').flatMap(({ metadata: { name } }) => {
      const script = `fetch('http://127.0.0.1:9464/metrics', { headers: { authorization: 'Bearer ${TOKEN}' } })
        .then((response) => response.text()).then((text) => console.log(/^logweave_correlator_lag_records\\{/m.test(text)))`;
      const { stdout } = this.#deps.plane.kubectl('exec', '-n', NAMESPACE, name, '--', 'node', '--eval', script);
      return stdout.trim() === 'true' ? [] : [`${name} has no partition`];
    });
  }

  #audit(): readonly string[] {
    const { status, stdout, stderr } = this.#deps.plane.kubectl(
      'exec',
      '-n',
      NAMESPACE,
      'deploy/logweave-clickhouse-writer',
      '--',
      'logweave.mjs',
      'audit',
      '--config',
      '/etc/logweave/config/logweave.yml',
      '--warehouse',
    );
    return status === 0 && !/^pending/m.test(stdout) ? [] : [`${stdout}${stderr}`];
  }

  /** For a run that failed: what the pods were up to. */
  describe(): string {
    const { plane, folder } = this.#deps;
    const pods = plane.kubectl('get', 'pods', '-n', NAMESPACE, '-o', 'wide').stdout;
    const events = plane.kubectl('get', 'events', '-n', NAMESPACE, '--field-selector=type=Warning').stdout;
    const kubelet = join(folder, 'kubelet.log');
    return `${pods}\n${events}\n${existsSync(kubelet) ? readFileSync(kubelet, 'utf8').slice(-2000) : ''}`;
  }
}

function podProblems({ metadata: { name }, spec, status }: PodObject, tag: string): readonly string[] {
  const images = spec.containers.map(({ image }) => image).filter((image) => !image.endsWith(`:${tag}`));
  const restarts = (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
  return [
    ...images.map((image) => `${name} has ${image}`),
    ...(restarts > 0 ? [`${name} was restarted ${restarts} times`] : []),
  ];
}
