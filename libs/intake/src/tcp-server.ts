import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import {
  type ConnectionLimits,
  type StreamConnection,
  StreamConnections,
  type StreamReceiver,
} from './stream-connections.ts';

/** So long a client may take for the handshake of TLS. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** After so long without a byte the kernel asks whether the peer is still there. */
const KEEP_ALIVE_MS = 60_000;

/** What a server shows and asks for. */
export interface TlsIdentity {
  /** PEM, with what stands between it and a known authority. */
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Who signs the certificates of clients; null: clients need none. */
  readonly clientAuthority: Buffer | null;
}

export interface TcpServerOptions extends ConnectionLimits {
  /** An IP address. */
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Null: plain TCP. */
  readonly tls: (TlsIdentity & { readonly minVersion: 'TLSv1.2' | 'TLSv1.3' }) | null;
}

/** Why no connection came of a handshake. */
export const TLS_FAILURES = ['plaintext', 'old_version', 'client_certificate', 'timeout', 'other'] as const;
export type TlsFailure = (typeof TLS_FAILURES)[number];

export interface TcpServerEvents {
  /** A connection begins to be read. */
  accept(connection: StreamConnection): StreamReceiver;
  /** The system refuses to accept, as for want of descriptors; accepting goes on. */
  acceptFailed(error: Error): void;
  handshakeFailed(failure: TlsFailure, peer: string | null, error: Error): void;
}

/** A TCP port, with TLS or without, that many senders may write to, each with a receiver of its own. */
export class TcpServer {
  readonly connections: StreamConnections;
  readonly #options: TcpServerOptions;
  readonly #events: TcpServerEvents;
  readonly #server: Server;
  readonly #tlsServer: TlsServer | null;
  /** Connections of TCP whose handshake is not done. */
  readonly #shaking = new Map<string, Socket>();

  /** @throws Error of the system's when a key or certificate is none, or they do not belong together */
  constructor(options: TcpServerOptions, events: TcpServerEvents) {
    this.#options = options;
    this.#events = events;
    this.connections = new StreamConnections(options, (connection) => events.accept(connection));
    this.#tlsServer = options.tls === null ? null : this.#createTlsServer(options.tls);
    this.#server =
      this.#tlsServer ?? createServer({ pauseOnConnect: true, ...keepAlive }, (socket) => this.connections.add(socket));
    this.#server.maxConnections = options.maxConnections + options.maxWaitingConnections;
    this.#server.on('drop', () => this.connections.countRefused());
  }

  /** The port that it listens on. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** @throws the system's error */
  async listen(): Promise<void> {
    const { address: host, port } = this.#options;
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: 511 }, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => this.#events.acceptFailed(error));
  }

  /** For connections from now on. @throws as the constructor, and goes on with what it has then */
  setIdentity(identity: TlsIdentity): void {
    const { tls } = this.#options;
    if (this.#tlsServer === null || tls === null) throw new Error('a server without TLS has no certificate');
    this.#tlsServer.setSecureContext(contextOf(identity, tls.minVersion));
  }

  /** Takes no new connections and stops those that are as `StreamConnections` says. */
  async stop(grace: Promise<void>): Promise<void> {
    await this.connections.acceptBacklog();
    if (this.#server.listening) this.#server.close();
    for (const socket of this.#shaking.values()) socket.destroy();
    await this.connections.stop(grace);
  }

  #createTlsServer(tls: NonNullable<TcpServerOptions['tls']>): TlsServer {
    const asksClients = tls.clientAuthority !== null;
    const server = createTlsServer(
      {
        ...contextOf(tls, tls.minVersion),
        ...keepAlive,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        requestCert: asksClients,
        rejectUnauthorized: asksClients,
      },
      (socket) => {
        this.#shaking.delete(nameOf(socket));
        this.connections.add(socket);
      },
    );
    server.on('connection', (socket: Socket) => {
      const name = nameOf(socket);
      this.#shaking.set(name, socket);
      socket.once('close', () => {
        if (this.#shaking.get(name) === socket) this.#shaking.delete(name);
      });
    });
    server.on('tlsClientError', (error, socket) => {
      this.#events.handshakeFailed(failureOf(error, socket), socket.remoteAddress ?? null, error);
      socket.destroy();
    });
    return server;
  }
}

const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS } as const;

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function contextOf({ certificate, key, clientAuthority }: TlsIdentity, minVersion: 'TLSv1.2' | 'TLSv1.3') {
  return { cert: certificate, key, minVersion, ...(clientAuthority === null ? {} : { ca: clientAuthority }) };
}

function failureOf(error: Error, socket: TLSSocket): TlsFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // `authorizationError` is set when the client's certificate was looked at and is no good.
  if (/CERTIFICATE|CERT_/.test(code) || (socket.authorizationError as unknown) != null) return 'client_certificate';
  if (/HTTP_REQUEST|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTPS_PROXY_REQUEST/.test(code)) return 'plaintext';
  if (/UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/.test(code)) return 'old_version';
  return code === 'ERR_TLS_HANDSHAKE_TIMEOUT' ? 'timeout' : 'other';
}
