import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers';
import type { TestBroker } from './test-kafka.ts';
import { type StartingBroker, waitUntilReady } from './wait-until-ready.ts';

type Container = ReturnType<ContainerRuntimeClient['container']['getById']>;

const STOP_TIMEOUT_SECONDS = 20;

/** A broker in a container, which keeps its port and its files while it is stopped. */
export class ContainerBroker implements TestBroker, StartingBroker {
  readonly nodeId: number;
  readonly address: string;
  readonly #container: Container;

  constructor(nodeId: number, address: string, started: StartedTestContainer, client: ContainerRuntimeClient) {
    this.nodeId = nodeId;
    this.address = address;
    // What testcontainers gives cannot be paused, and a stop of its own removes it.
    this.#container = client.container.getById(started.getId());
  }

  async stop(): Promise<void> {
    await this.#container.stop({ t: STOP_TIMEOUT_SECONDS });
  }

  async kill(): Promise<void> {
    await this.#container.kill({ signal: 'SIGKILL' });
    await this.#container.wait();
  }

  async pause(): Promise<void> {
    await this.#container.pause();
  }

  async resume(): Promise<void> {
    await this.#container.unpause();
  }

  async start(): Promise<void> {
    await this.#container.start();
    await waitUntilReady(this);
  }

  async isAlive(): Promise<boolean> {
    return (await this.#container.inspect()).State.Running;
  }

  async logTail(): Promise<string> {
    return (await this.#container.logs({ stdout: true, stderr: true, tail: 15 })).toString();
  }
}
