import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BrokerSettings, brokerProperties, JVM_FLAGS, LOG4J_PROPERTIES } from './broker-properties.ts';
import { brokerFiles, type BrokerFiles, logTail, runningPid } from './running-broker.ts';
import { type StartingBroker, waitUntilReady } from './wait-until-ready.ts';

export interface BrokerProcessOptions {
  readonly settings: Omit<BrokerSettings, 'dataDir'>;
  /** Belongs to this broker alone. */
  readonly directory: string;
  /** All nodes of a cluster share it: 16 bytes in base64url. */
  readonly clusterId: string;
  readonly java: string;
  /** The directory of the broker's jars. */
  readonly jars: string;
}

/** A broker that cannot reach its controller would go on asking for leave to stop. */
const STOP_TIMEOUT_MS = 20_000;
const LOOK_EVERY_MS = 50;

/**
 * A broker in a process of its own. It outlives the process that started it, and whoever knows its directory can stop it:
 * all that is known about it lies there.
 */
export class BrokerProcess implements StartingBroker {
  readonly nodeId: number;
  readonly address: string;
  readonly files: BrokerFiles;
  readonly #options: BrokerProcessOptions;

  constructor(options: BrokerProcessOptions) {
    this.#options = options;
    this.nodeId = options.settings.nodeId;
    this.address = options.settings.client.advertised;
    this.files = brokerFiles(options.directory);
  }

  /** Null when it does not run. */
  get pid(): number | null {
    return runningPid(this.files);
  }

  /** Starts it on the data that it has; resolves when it is ready as `waitUntilReady` means it. */
  async start(): Promise<void> {
    await this.launch();
    await waitUntilReady(this);
  }

  /** Starts its process and does not wait until it is ready. */
  async launch(): Promise<void> {
    const { directory, java, jars, clusterId, settings } = this.#options;
    await mkdir(directory, { recursive: true });
    await writeFile(this.files.properties, brokerProperties({ ...settings, dataDir: this.files.data }));
    await writeFile(this.files.log4j, LOG4J_PROPERTIES);
    const classPath = ['-cp', join(jars, '*')];
    if (!existsSync(join(this.files.data, 'meta.properties'))) {
      const format = ['format', '-t', clusterId, '-c', this.files.properties];
      await run(java, [...JVM_FLAGS, ...classPath, 'kafka.tools.StorageTool', ...format]);
    }
    const logging = `-Dlog4j2.configurationFile=${this.files.log4j}`;
    await using log = await open(this.files.log, 'w');
    // A group of its own, so that Ctrl-C in a terminal ends a test run and leaves the broker to who started it.
    const child = spawn(java, [...JVM_FLAGS, logging, ...classPath, 'kafka.Kafka', this.files.properties], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.once('spawn', resolve).once('error', reject);
    await promise;
    child.unref();
    await writeFile(this.files.pid, `${child.pid}\n`);
  }

  async isAlive(): Promise<boolean> {
    return this.pid !== null;
  }

  async logTail(): Promise<string> {
    return `${logTail(this.files)}\n(${this.files.log})`;
  }

  /** Lets it hand over and write what it has; resolves when the process is gone. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Stops it in the middle of what it does: connections stay open and nobody answers. */
  async pause(): Promise<void> {
    if (!this.#signal('SIGSTOP')) throw new Error(`Broker ${this.nodeId} does not run.`);
  }

  async resume(): Promise<void> {
    if (!this.#signal('SIGCONT')) throw new Error(`Broker ${this.nodeId} does not run.`);
  }

  /** Whether there was a process to take it. */
  #signal(signal: NodeJS.Signals): boolean {
    const { pid } = this;
    if (pid === null) return false;
    try {
      return process.kill(pid, signal);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
      throw error;
    }
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#signal(signal);
    // A paused process heeds a SIGTERM only when it goes on.
    if (signal === 'SIGTERM') this.#signal('SIGCONT');
    const deadline = performance.now() + STOP_TIMEOUT_MS;
    while (this.pid !== null) {
      if (performance.now() > deadline) this.#signal('SIGKILL');
      await sleep(LOOK_EVERY_MS);
    }
    await rm(this.files.pid, { force: true });
  }
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(command, args, (error, stdout, stderr) => {
      if (error === null) return resolve();
      reject(new Error(`The broker's storage cannot be formatted:\n${stdout}${stderr}`, { cause: error }));
    });
  });
}
