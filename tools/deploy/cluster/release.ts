import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolRun } from '../run-tool.ts';
import type { ControlPlane } from './control-plane.ts';

/** What is looked at of a pod. */
export interface PodObject {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

const TIMEOUT = '180s';

/** The chart, installed under one name in a namespace of its own. */
export class Release {
  readonly namespace: string;
  readonly #plane: ControlPlane;
  readonly #chart: string;
  readonly #folder: string;

  constructor(
    plane: ControlPlane,
    { chart, namespace, folder }: { readonly chart: string; readonly namespace: string; readonly folder: string },
  ) {
    this.#plane = plane;
    this.#chart = chart;
    this.namespace = namespace;
    this.#folder = folder;
  }

  /** The namespace with a level of PodSecurity that it enforces and warns of, and the secrets that the chart names. */
  prepare(
    level: 'restricted' | 'privileged',
    secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ): void {
    const labels = Object.fromEntries(['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, level]));
    this.#plane.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace, labels } },
      ...Object.entries(secrets).map(([name, stringData]) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: this.namespace },
        stringData,
      })),
    ]);
  }

  /** Installs or upgrades, and waits until all is ready. @param values in the order in which they count */
  upgrade(values: readonly string[], set: Readonly<Record<string, unknown>> = {}): ToolRun {
    // As a file: --set has a grammar of its own.
    const file = join(this.#folder, `${this.namespace}-values.json`);
    writeFileSync(file, JSON.stringify(set));
    const files = [...values, file].flatMap((path) => ['--values', path]);
    const run = this.#helm('upgrade', '--install', 'logweave', this.#chart, ...files, '--wait', '--timeout', TIMEOUT);
    rmSync(file);
    return run;
  }

  rollback(revision: number): ToolRun {
    return this.#helm('rollback', 'logweave', String(revision), '--wait', '--timeout', TIMEOUT);
  }

  uninstall(): ToolRun {
    return this.#helm('uninstall', 'logweave', '--wait', '--timeout', TIMEOUT);
  }

  /** Its pods, or those of one service, without those of jobs that are done. */
  pods(component?: string): readonly PodObject[] {
    const labels = ['app.kubernetes.io/instance=logweave'];
    if (component !== undefined) labels.push(`app.kubernetes.io/component=${component}`);
    const args = ['-n', this.namespace, '-l', labels.join(), '--field-selector=status.phase!=Succeeded'];
    return (this.#plane.get('pods', ...args) as { readonly items: readonly PodObject[] }).items;
  }

  /** What helm printed, as a problem, unless it did all of it without a warning. */
  static problems({ status, stdout, stderr }: ToolRun): readonly string[] {
    return status === 0 && stderr === '' ? [] : [`${stderr}${status === 0 ? '' : stdout}`.trim()];
  }

  #helm(command: string, ...args: readonly string[]): ToolRun {
    return this.#plane.helm(command, ...args, '--namespace', this.namespace);
  }
}
