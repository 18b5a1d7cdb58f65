import { createServer, type Server } from 'node:net';
import { isPublished, type PublishedSocket, publishSocket, type SocketAccess, withdrawSocket } from './socket-path.ts';
import {
  type ConnectionLimits,
  type StreamConnection,
  StreamConnections,
  type StreamReceiver,
} from './stream-connections.ts';

export interface StreamServerOptions extends ConnectionLimits {
  readonly path: string;
  readonly access: SocketAccess;
}

export interface StreamServerEvents {
  /** A connection begins to be read. */
  accept(connection: StreamConnection): StreamReceiver;
  /** The system refuses to accept, as for want of descriptors; accepting goes on. */
  acceptFailed(error: Error): void;
}

/** A unix stream socket that many senders may write to, each with a receiver of its own. */
export class UnixStreamServer {
  readonly #options: StreamServerOptions;
  readonly #events: StreamServerEvents;
  readonly connections: StreamConnections;
  #server: Server;
  #published: PublishedSocket | null = null;

  constructor(options: StreamServerOptions, events: StreamServerEvents) {
    this.#options = options;
    this.#events = events;
    this.connections = new StreamConnections(options, (connection) => events.accept(connection));
    this.#server = this.#createServer();
  }

  /** @throws SocketPathError, or the system's error */
  async listen(): Promise<void> {
    const { path, access } = this.#options;
    const server = this.#server;
    try {
      this.#published = await publishSocket(path, access, (temporaryPath) => listenAt(server, temporaryPath));
    } catch (error) {
      if (server.listening) server.close();
      throw error;
    }
    server.on('error', (error) => this.#events.acceptFailed(error));
  }

  /** False when the path no longer leads here, as after somebody has removed the file. */
  get isReachable(): boolean {
    return this.#published !== null && isPublished(this.#published);
  }

  /** Makes the path lead here again; connections stay as they are. @throws as `listen`, and may be called again then */
  async reopen(): Promise<void> {
    const before = this.#server;
    this.#server = this.#createServer();
    if (before.listening) {
      await this.connections.acceptBacklog();
      before.close();
    }
    await this.listen();
  }

  /** Removes the path and stops the connections as `StreamConnections` says. */
  async stop(grace: Promise<void>): Promise<void> {
    if (this.#published !== null) withdrawSocket(this.#published);
    await this.connections.acceptBacklog();
    if (this.#server.listening) this.#server.close();
    await this.connections.stop(grace);
  }

  #createServer(): Server {
    const server = createServer({ pauseOnConnect: true }, (socket) => this.connections.add(socket));
    server.maxConnections = this.#options.maxConnections + this.#options.maxWaitingConnections;
    server.on('drop', () => this.connections.countRefused());
    return server;
  }
}

function listenAt(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, backlog: 511 }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
