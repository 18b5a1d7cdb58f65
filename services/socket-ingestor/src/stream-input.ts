import type { StreamConnections } from '@logweave/intake';
import type { Input } from './input.ts';
import type { IngestorMetrics } from './metrics.ts';

/** What takes connections, on a unix socket or a port. */
export interface StreamServer {
  readonly connections: StreamConnections;
  /** Not there: it always is. */
  readonly isReachable?: boolean;
  listen(): Promise<void>;
  reopen?(): Promise<void>;
  stop(grace: Promise<void>): Promise<void>;
}

/** An input that senders connect to. */
export class StreamInput implements Input {
  readonly name: string;
  readonly place: string;
  readonly #server: StreamServer;
  readonly #metrics: IngestorMetrics;
  #accepted = 0;
  #refused = 0;
  #idled = 0;

  constructor(name: string, place: string, server: StreamServer, metrics: IngestorMetrics) {
    this.name = name;
    this.place = place;
    this.#server = server;
    this.#metrics = metrics;
  }

  get isReachable(): boolean {
    return this.#server.isReachable ?? true;
  }

  open(): Promise<void> {
    return this.#server.listen();
  }

  async reopen(): Promise<void> {
    await this.#server.reopen?.();
  }

  pause(): void {
    this.#server.connections.pause();
  }

  resume(): void {
    this.#server.connections.resume();
  }

  stop(grace: Promise<void>): Promise<void> {
    return this.#server.stop(grace);
  }

  refresh(): void {
    const metrics = this.#metrics;
    const { accepted, refused, idled, connections, waitingConnections } = this.#server.connections;
    const socket = this.name;
    metrics.connectionsAccepted.inc({ socket }, accepted - this.#accepted);
    metrics.connectionsRefused.inc({ socket }, refused - this.#refused);
    metrics.connectionsIdle.inc({ socket }, idled - this.#idled);
    this.#accepted = accepted;
    this.#refused = refused;
    this.#idled = idled;
    metrics.connections.set({ socket, state: 'reading' }, connections);
    metrics.connections.set({ socket, state: 'waiting' }, waitingConnections);
  }
}
