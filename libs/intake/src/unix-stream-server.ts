import { createServer, type Server, type Socket } from 'node:net';
import { loadLibc } from './libc.ts';
import { isPublished, type PublishedSocket, publishSocket, type SocketAccess, withdrawSocket } from './socket-path.ts';

export interface StreamServerOptions {
  readonly path: string;
  readonly access: SocketAccess;
  /**
   * Connections that are read at the same time. Further ones are accepted and wait unread, so that their senders block
   * as soon as the kernel's buffer is full.
   */
  readonly maxConnections: number;
  /** Connections that may wait so; beyond them the kernel's queue fills and then new ones are closed at once. */
  readonly maxWaitingConnections: number;
}

/** What becomes of one connection's bytes. Each call is made once the one before has returned. */
export interface StreamReceiver {
  /** The chunk is the receiver's from here on. */
  data(chunk: Buffer): void;
  /** The connection has ended, in whatever way; called once, last. */
  end(): void;
}

export interface StreamServerEvents {
  /** A connection begins to be read. */
  accept(): StreamReceiver;
  /** The system refuses to accept, as for want of descriptors; accepting goes on. */
  acceptFailed(error: Error): void;
}

/** A unix stream socket that many senders may write to, each with a receiver of its own. */
export class UnixStreamServer {
  readonly #options: StreamServerOptions;
  readonly #events: StreamServerEvents;
  #server: Server;
  readonly #reading = new Map<Socket, StreamReceiver>();
  readonly #waiting: Socket[] = [];
  #published: PublishedSocket | null = null;
  #accepted = 0;
  #refused = 0;
  #paused = false;
  #stopping = false;
  #whenEmpty: (() => void) | null = null;

  constructor(options: StreamServerOptions, events: StreamServerEvents) {
    this.#options = options;
    this.#events = events;
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
      await this.#acceptBacklog();
      before.close();
    }
    await this.listen();
  }

  /** Connections that are being read. */
  get connections(): number {
    return this.#reading.size;
  }

  get waitingConnections(): number {
    return this.#waiting.length;
  }

  /** Connections accepted since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections closed at once since the start, as too many waited. */
  get refused(): number {
    return this.#refused;
  }

  /** Reads nothing more, so that senders block. A chunk that was on its way may still come. */
  pause(): void {
    this.#paused = true;
    for (const socket of this.#reading.keys()) socket.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const socket of this.#reading.keys()) socket.resume();
  }

  /**
   * Removes the path, ends writing on all connections (a sender gets EPIPE from then on) and reads what the kernel has
   * taken from them, until all have ended or `grace` resolves; then the rest is cut off. Does not read while paused.
   */
  async stop(grace: Promise<void>): Promise<void> {
    this.#stopping = true;
    if (this.#published !== null) withdrawSocket(this.#published);
    await this.#acceptBacklog();
    if (this.#server.listening) this.#server.close();
    while (this.#waiting.length > 0) this.#readNext();
    await this.#endWriting();
    await Promise.race([this.#empty(), grace]);
    for (const socket of this.#reading.keys()) this.#cutOff(socket);
    await this.#empty();
  }

  #createServer(): Server {
    const server = createServer({ pauseOnConnect: true }, (socket) => this.#connected(socket));
    server.maxConnections = this.#options.maxConnections + this.#options.maxWaitingConnections;
    server.on('drop', () => this.#refused++);
    return server;
  }

  #connected(socket: Socket): void {
    this.#accepted++;
    // The end of a connection is the same to us whatever its cause; 'close' follows.
    socket.on('error', () => undefined);
    this.#waiting.push(socket);
    if (this.#reading.size < this.#options.maxConnections) this.#readNext();
  }

  #readNext(): void {
    const socket = this.#waiting.shift();
    if (socket === undefined) return;
    const receiver = this.#events.accept();
    this.#reading.set(socket, receiver);
    socket.on('data', (chunk: Buffer) => receiver.data(chunk));
    socket.once('close', () => this.#closed(socket, receiver));
    if (!this.#paused) socket.resume();
  }

  #closed(socket: Socket, receiver: StreamReceiver): void {
    this.#reading.delete(socket);
    receiver.end();
    if (!this.#stopping) this.#readNext();
    if (this.#reading.size === 0) this.#whenEmpty?.();
  }

  /** Senders that have connected already have been promised to be read; the loop accepts one or more a turn. */
  async #acceptBacklog(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 3; ) {
      const before = this.#accepted + this.#refused;
      await new Promise((resolve) => setImmediate(resolve));
      quietTurns = this.#accepted + this.#refused === before ? quietTurns + 1 : 0;
    }
  }

  async #endWriting(): Promise<void> {
    if (this.#reading.size === 0) return;
    const libc = await loadLibc();
    for (const socket of this.#reading.keys()) {
      const fd = descriptorOf(socket);
      if (fd !== null) libc.shutdownRead(fd);
    }
  }

  #cutOff(socket: Socket): void {
    // What Node has read already still goes to the receiver: `read` emits it as data.
    socket.pause();
    while (socket.read() !== null);
    socket.destroy();
  }

  #empty(): Promise<void> {
    if (this.#reading.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const before = this.#whenEmpty;
      this.#whenEmpty = (): void => {
        before?.();
        resolve();
      };
    });
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

/** Node keeps the descriptor of a socket to itself; without it the end of writing waits for the grace. */
function descriptorOf(socket: Socket): number | null {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : null;
}
