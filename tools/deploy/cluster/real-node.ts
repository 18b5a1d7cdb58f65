import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ToolMissing } from '../go-tools.ts';
import { mustRun, runTool, type ToolRun } from '../run-tool.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Processes } from './processes.ts';
import { until } from './until.ts';

/** Debian's package containernetworking-plugins. */
const CNI_PLUGINS = '/usr/lib/cni';
const BRIDGE = 'logweave-cni0';
const SUBNET = '10.244.0.0/24';
/** Of the machine in the network of the pods: what runs here and they need listens on it, and nothing else reaches it. */
export const HOST_ADDRESS = '10.244.0.1';
/** By its name the API server finds the kubelet. */
export const NODE_NAME = 'localhost';

export interface RealNodeDeps {
  readonly plane: ControlPlane;
  readonly processes: Processes;
  /** Folder with the kubelet. */
  readonly tools: string;
  readonly folder: string;
  /** The image of what holds the namespaces of a pod. */
  readonly pauseImage: string;
}

/**
 * This machine as a node: containerd, a bridge for the pods, the kubelet. Needs root. What is left out: kube-proxy and a DNS
 * server, since the pods talk to addresses outside of the cluster only.
 */
export class RealNode {
  readonly #deps: RealNodeDeps;
  readonly #socket: string;

  constructor(deps: RealNodeDeps) {
    this.#deps = deps;
    this.#socket = join(deps.folder, 'containerd.sock');
  }

  /** @throws ToolMissing naming what to install; Error with the last words of what did not start */
  async start(): Promise<void> {
    const { plane, processes, tools, folder } = this.#deps;
    if (!existsSync(join(CNI_PLUGINS, 'bridge'))) {
      throw new ToolMissing(`no ${CNI_PLUGINS}/bridge: deploy/stand-ins/install.sh installs it on Debian`);
    }
    if (process.getuid?.() !== 0) throw new ToolMissing('a node needs root');
    this.#writeFiles();
    // Before the first pod, since brokers listen on it.
    mustRun('ip', ['link', 'add', 'name', BRIDGE, 'type', 'bridge']);
    mustRun('ip', ['address', 'add', `${HOST_ADDRESS}/24`, 'dev', BRIDGE]);
    mustRun('ip', ['link', 'set', BRIDGE, 'up']);
    processes.start('containerd', 'containerd', ['--config', join(folder, 'containerd.toml')]);
    await this.#wait('containerd', () => this.#ctr('version'));
    processes.start('kubelet', join(tools, 'kubelet'), [
      `--config=${join(folder, 'kubelet.yaml')}`,
      `--kubeconfig=${plane.kubeconfig}`,
      `--hostname-override=${NODE_NAME}`,
      `--root-dir=${join(folder, 'kubelet')}`,
      `--cert-dir=${join(folder, 'kubelet')}`,
    ]);
  }

  /** Waits until it takes pods. */
  async ready(): Promise<void> {
    const { plane } = this.#deps;
    await this.#wait('kubelet', () =>
      plane.kubectl('wait', '--for=condition=Ready', `node/${NODE_NAME}`, '--timeout=1s'),
    );
  }

  /** Takes an image over from podman. @throws Error with what podman or containerd said */
  importImage(image: string): void {
    const archive = join(this.#deps.folder, 'image.tar');
    mustRun('podman', ['save', '--quiet', '--format', 'docker-archive', '--output', archive, image]);
    mustRun('ctr', ['--address', this.#socket, '--namespace', 'k8s.io', 'images', 'import', archive]);
    mustRun('rm', [archive]);
  }

  /** Ends the pods that are left, then everything else. */
  async stop(): Promise<void> {
    const { processes, folder } = this.#deps;
    await processes.stop('kubelet');
    const tasks = this.#ctr('--namespace', 'k8s.io', 'tasks', 'list', '--quiet').stdout.split('\n').filter(Boolean);
    for (const task of tasks) this.#ctr('--namespace', 'k8s.io', 'tasks', 'delete', '--force', task);
    await processes.stop('containerd');
    runTool('ip', ['link', 'delete', BRIDGE]);
    // What pods had mounted.
    const { stdout } = runTool('findmnt', ['--noheadings', '--raw', '--output', 'TARGET']);
    const mounts = stdout.split('\n').filter((target) => target.startsWith(`${folder}/`));
    for (const target of mounts.toReversed()) runTool('umount', ['--lazy', target]);
  }

  #ctr(...args: readonly string[]): ToolRun {
    return runTool('ctr', ['--address', this.#socket, ...args]);
  }

  async #wait(name: string, ask: () => ToolRun): Promise<void> {
    const problems = await until(90, () => {
      this.#deps.processes.checkRunning();
      const { status, stderr } = ask();
      return status === 0 ? [] : [stderr];
    });
    if (problems.length > 0) {
      throw new Error(`${name} is not ready: ${problems.join()}\n${this.#deps.processes.tail(name)}`);
    }
  }

  #writeFiles(): void {
    const { folder, plane, pauseImage } = this.#deps;
    const at = (name: string): string => join(folder, name);
    for (const name of ['cni', 'kubelet']) mkdirSync(at(name));
    writeFileSync(
      at('containerd.toml'),
      containerdConfig({ folder, socket: this.#socket, cni: at('cni'), pauseImage }),
    );
    writeFileSync(at('cni/10-bridge.conflist'), JSON.stringify(NETWORK));
    writeFileSync(
      at('kubelet.yaml'),
      stringify({
        apiVersion: 'kubelet.config.k8s.io/v1beta1',
        kind: 'KubeletConfiguration',
        containerRuntimeEndpoint: `unix://${this.#socket}`,
        address: '127.0.0.1',
        port: 26_250,
        readOnlyPort: 0,
        healthzBindAddress: '127.0.0.1',
        healthzPort: 26_248,
        authentication: {
          anonymous: { enabled: false },
          webhook: { enabled: true },
          x509: { clientCAFile: plane.certificates.authority },
        },
        authorization: { mode: 'Webhook' },
        cgroupDriver: 'cgroupfs',
        failCgroupV1: false,
        failSwapOn: false,
        // A machine that is a container itself may not lower these.
        oomScoreAdj: 0,
        makeIPTablesUtilChains: false,
        podLogsDir: at('pod-logs'),
        volumePluginDir: at('volume-plugins'),
        // Of a test, nobody's disk is too full.
        evictionHard: {
          'memory.available': '100Mi',
          'nodefs.available': '1%',
          'imagefs.available': '1%',
          'nodefs.inodesFree': '1%',
        },
        imageGCHighThresholdPercent: 100,
      }),
    );
  }
}

const NETWORK = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: BRIDGE,
      isGateway: true,
      // They reach this machine, and nothing beyond it.
      ipMasq: false,
      ipam: { type: 'host-local', ranges: [[{ subnet: SUBNET }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
  ],
};

function containerdConfig(places: {
  readonly folder: string;
  readonly socket: string;
  readonly cni: string;
  readonly pauseImage: string;
}): string {
  const { folder, socket, cni, pauseImage } = places;
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${join(folder, 'containerd-root')}"
state = "${join(folder, 'containerd-state')}"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${socket}"
[${cri}]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  stream_server_address = "127.0.0.1"
  [${cri}.cni]
    bin_dir = "${CNI_PLUGINS}"
    conf_dir = "${cni}"
  [${cri}.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [${cri}.containerd.runtimes.runc.options]
      SystemdCgroup = false
`;
}
