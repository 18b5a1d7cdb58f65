import { join } from 'node:path';
import { ToolMissing } from '../go-tools.ts';
import { mustRun, runTool } from '../run-tool.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Processes } from './processes.ts';
import { NODE_NAME } from './real-node.ts';
import { until } from './until.ts';

/** Packets between pods of one bridge go past iptables unless this is 1. */
const BRIDGE_SETTING = 'net.bridge.bridge-nf-call-iptables';
const CHAIN = 'KUBE-ROUTER-FORWARD';

export interface KubeRouterDeps {
  readonly plane: ControlPlane;
  readonly processes: Processes;
  /** Folder with the program. */
  readonly tools: string;
}

/** kube-router as a firewall alone: it enforces the policies of the cluster on this machine's node, by iptables. Needs root. */
export class KubeRouter {
  readonly #deps: KubeRouterDeps;
  #settingBefore = '';
  #rulesBefore = '';
  #setsBefore: readonly string[] = [];

  constructor(deps: KubeRouterDeps) {
    this.#deps = deps;
  }

  /** @throws ToolMissing naming what to install; Error with its last words when it does not start */
  async start(): Promise<void> {
    const { plane, processes, tools } = this.#deps;
    for (const tool of ['ipset', 'iptables']) {
      const found = runTool('sh', ['-c', `command -v ${tool}`]).status === 0;
      if (!found) throw new ToolMissing(`no ${tool}: deploy/stand-ins/install.sh installs it on Debian`);
    }
    this.#settingBefore = mustRun('sysctl', ['--values', BRIDGE_SETTING]).trim();
    this.#rulesBefore = mustRun('iptables-save', []);
    this.#setsBefore = ipSets();
    mustRun('sysctl', ['--quiet', '--write', `${BRIDGE_SETTING}=1`]);
    processes.start('kube-router', join(tools, 'kube-router'), [
      '--run-firewall=true',
      '--run-router=false',
      '--run-service-proxy=false',
      '--run-loadbalancer=false',
      `--kubeconfig=${plane.kubeconfig}`,
      `--hostname-override=${NODE_NAME}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--iptables-sync-period=5s',
      '--health-port=0',
      '--metrics-port=0',
    ]);
    const problems = await until(60, () => {
      processes.checkRunning();
      const { status, stderr } = runTool('iptables', ['--list', CHAIN]);
      return status === 0 ? [] : [stderr];
    });
    if (problems.length > 0)
      throw new Error(`kube-router does nothing: ${problems.join()}\n${processes.tail('kube-router')}`);
  }

  /** Takes its rules away as well; its own way to do that (2.1.0) fails. */
  async stop(): Promise<void> {
    await this.#deps.processes.stop('kube-router');
    if (this.#rulesBefore === '') return;
    mustRun('iptables-restore', [], { input: this.#rulesBefore });
    const sets = ipSets().filter((name) => !this.#setsBefore.includes(name));
    // Those that name others first.
    for (const step of ['flush', 'destroy']) for (const name of sets) runTool('ipset', [step, name]);
    mustRun('sysctl', ['--quiet', '--write', `${BRIDGE_SETTING}=${this.#settingBefore}`]);
  }
}

function ipSets(): readonly string[] {
  return mustRun('ipset', ['list', '-name']).split('\n').filter(Boolean);
}
