import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TlsOptions } from 'node:tls';
import { ByteReader, ByteWriter } from '../protocol-bytes.ts';
import { framed, FrameSplitter } from './frame-splitter.ts';

/** Requests by the protocol's numbers. */
const API = {
  produce: 0,
  fetch: 1,
  metadata: 3,
  offsetCommit: 8,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  saslHandshake: 17,
  saslAuthenticate: 36,
  initProducerId: 22,
  addPartitionsToTxn: 24,
  addOffsetsToTxn: 25,
  endTxn: 26,
  txnOffsetCommit: 28,
} as const;
export type ApiName = keyof typeof API;

/** Of the answers to metadata only this version is understood: the one that the adapter asks for. */
const METADATA_VERSION = 6;

/** What happens to a request: its connection breaks before the broker has it, when it has answered, or in the answer. */
export type Loss = 'request' | 'answer' | 'half of the answer';

/** A request that waits in the proxy. */
export interface HeldRequest {
  /** Resolves when it has come. */
  readonly reached: Promise<void>;
  /** Lets it and what has come behind it go on. */
  release(): void;
}

interface Plan {
  readonly apiKey: number;
  readonly what: Loss | Promise<void>;
  readonly happened: () => void;
}

/**
 * Stands between an adapter and its brokers, one listener for each, and loses what it is told to lose. It writes its own
 * addresses into the answers that name brokers, so nobody finds a way around it.
 */
export class KafkaProxy {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #addresses = new Map<string, { readonly host: string; readonly port: number }>();
  readonly #plans: Plan[] = [];
  #frozen = false;
  readonly #counts = new Map<number, number>();

  readonly #tls: TlsOptions | null;
  readonly #tlsServers: TlsServer[] = [];
  /** Connections that clients have made so far. */
  connections = 0;
  /** Connections on which no TLS came to be. */
  refused = 0;

  /** With `tls` clients have to speak TLS; the brokers are spoken to without. */
  static async start(brokers: readonly string[], tls: TlsOptions | null = null): Promise<KafkaProxy> {
    const proxy = new KafkaProxy(tls);
    for (const broker of brokers) await proxy.#listenFor(broker);
    return proxy;
  }

  private constructor(tls: TlsOptions | null) {
    this.#tls = tls;
  }

  get bootstrapServers(): string[] {
    return [...this.#addresses.values()].map(({ host, port }) => `${host}:${port}`);
  }

  /** Requests of a kind that have come so far. */
  requests(api: ApiName): number {
    return this.#counts.get(API[api]) ?? 0;
  }

  /** The next request of a kind is lost, or its answer. Resolves when it has happened. */
  loseNext(api: ApiName, loss: Loss): Promise<void> {
    return new Promise((happened) => {
      this.#plans.push({ apiKey: API[api], what: loss, happened });
    });
  }

  /** The next request of a kind waits, and with it all that its connection brings after it. */
  holdNext(api: ApiName): HeldRequest {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    this.#plans.push({ apiKey: API[api], what: released.promise, happened: reached.resolve });
    return { reached: reached.promise, release: released.resolve };
  }

  /** New certificates for connections to come. */
  useCertificates(tls: TlsOptions): void {
    for (const server of this.#tlsServers) server.setSecureContext(tls);
  }

  /** Nothing goes through any more, in either direction, and nobody is told: as when the client's process stands still. */
  freeze(): void {
    for (const socket of this.#sockets) socket.pause();
    this.#frozen = true;
  }

  /** What has waited goes on. */
  thaw(): void {
    this.#frozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Breaks every connection there is. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    await Promise.all(this.#servers.map((server) => once(server.close(), 'close')));
  }

  async #listenFor(broker: string): Promise<void> {
    const colon = broker.lastIndexOf(':');
    const to = { host: broker.slice(0, colon), port: Number(broker.slice(colon + 1)) };
    const server = this.#server((client) => this.#connect(client, connect(to)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
    this.#addresses.set(broker, { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  }

  #server(connected: (client: Socket) => void): Server {
    if (this.#tls === null) return createServer(connected);
    const server = createTlsServer(this.#tls, connected);
    server.on('tlsClientError', () => void this.refused++);
    this.#tlsServers.push(server);
    return server;
  }

  #connect(client: Socket, broker: Socket): void {
    this.connections++;
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket);
      if (this.#frozen) socket.pause();
      socket.setNoDelay(true);
      // A broken connection is what tests are after; the other half ends with it.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    const asked = new Map<number, { readonly metadata: boolean; readonly plan: Plan | null }>();
    const requests = new FrameSplitter();
    let before: Promise<void> | null = null;
    const forward = (frame: Buffer): void => {
      if (!broker.destroyed) broker.write(framed(frame));
    };
    client.on('data', (chunk: Buffer) => {
      for (const frame of requests.push(chunk)) {
        const apiKey = frame.readInt16BE(0);
        const plan = this.#meet(apiKey);
        if (plan?.what === 'request') {
          client.destroy();
          plan.happened();
          return;
        }
        const metadata = apiKey === API.metadata && frame.readInt16BE(2) === METADATA_VERSION;
        asked.set(frame.readInt32BE(4), { metadata, plan: typeof plan?.what === 'string' ? plan : null });
        if (plan?.what instanceof Promise) {
          before = plan.what;
          plan.happened();
        }
        if (before === null) forward(frame);
        else before = before.then(() => forward(frame));
      }
    });
    const answers = new FrameSplitter();
    broker.on('data', (chunk: Buffer) => {
      for (const frame of answers.push(chunk)) {
        const correlationId = frame.readInt32BE(0);
        const request = asked.get(correlationId);
        asked.delete(correlationId);
        if (request?.plan) {
          const { what, happened } = request.plan;
          const sent = what === 'answer' ? Buffer.alloc(0) : framed(frame).subarray(0, frame.length / 2);
          client.write(sent, () => {
            client.destroy();
            happened();
          });
          return;
        }
        client.write(framed(request?.metadata === true ? this.#withOwnAddresses(frame) : frame));
      }
    });
  }

  #meet(apiKey: number): Plan | null {
    this.#counts.set(apiKey, (this.#counts.get(apiKey) ?? 0) + 1);
    const index = this.#plans.findIndex((plan) => plan.apiKey === apiKey);
    return this.#plans.splice(index, index === -1 ? 0 : 1)[0] ?? null;
  }

  #withOwnAddresses(frame: Buffer): Buffer {
    const input = new ByteReader(frame);
    const output = new ByteWriter(frame.length + 64).int32(input.int32()).int32(input.int32());
    const brokers = input.array(() => ({
      nodeId: input.int32(),
      host: input.string() ?? '',
      port: input.int32(),
      rack: input.string(),
    }));
    output.array(brokers, ({ nodeId, host, port, rack }) => {
      const own = this.#addresses.get(`${host}:${port}`);
      output
        .int32(nodeId)
        .string(own?.host ?? host)
        .int32(own?.port ?? port)
        .string(rack);
    });
    return output.raw(input.rest()).finish();
  }
}
