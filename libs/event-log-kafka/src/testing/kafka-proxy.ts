import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { ByteReader, ByteWriter } from '../protocol-bytes.ts';
import { framed, FrameSplitter } from './frame-splitter.ts';

/** Requests by the protocol's numbers. */
export const API = {
  produce: 0,
  fetch: 1,
  metadata: 3,
  offsetCommit: 8,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  initProducerId: 22,
  addPartitionsToTxn: 24,
  addOffsetsToTxn: 25,
  endTxn: 26,
  txnOffsetCommit: 28,
} as const;
export type ApiName = keyof typeof API;

/** Of the answers to metadata only this version is understood: the one that the adapter asks for. */
const METADATA_VERSION = 6;

/** What happens to a request: its connection breaks before the broker has it, or when the broker has answered. */
export type Loss = 'request' | 'answer';

interface Plan {
  readonly apiKey: number;
  readonly loss: Loss;
  /** So many requests of that kind go through before. */
  skip: number;
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
  readonly #counts = new Map<number, number>();

  static async start(brokers: readonly string[]): Promise<KafkaProxy> {
    const proxy = new KafkaProxy();
    for (const broker of brokers) await proxy.#listenFor(broker);
    return proxy;
  }

  get bootstrapServers(): string[] {
    return [...this.#addresses.values()].map(({ host, port }) => `${host}:${port}`);
  }

  /** Requests of a kind that have come so far. */
  requests(api: ApiName): number {
    return this.#counts.get(API[api]) ?? 0;
  }

  /** The next request of a kind is lost, or its answer; `skip` others go before it. Resolves when it has happened. */
  loseNext(api: ApiName, loss: Loss, skip = 0): Promise<void> {
    return new Promise((happened) => {
      this.#plans.push({ apiKey: API[api], loss, skip, happened });
    });
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
    const server = createServer((client) => this.#connect(client, connect(to)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
    this.#addresses.set(broker, { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  }

  #connect(client: Socket, broker: Socket): void {
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket);
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
    client.on('data', (chunk: Buffer) => {
      for (const frame of requests.push(chunk)) {
        const apiKey = frame.readInt16BE(0);
        const plan = this.#meet(apiKey);
        if (plan?.loss === 'request') {
          client.destroy();
          plan.happened();
          return;
        }
        const metadata = apiKey === API.metadata && frame.readInt16BE(2) === METADATA_VERSION;
        asked.set(frame.readInt32BE(4), { metadata, plan });
        broker.write(framed(frame));
      }
    });
    const answers = new FrameSplitter();
    broker.on('data', (chunk: Buffer) => {
      for (const frame of answers.push(chunk)) {
        const correlationId = frame.readInt32BE(0);
        const request = asked.get(correlationId);
        asked.delete(correlationId);
        if (request?.plan) {
          client.destroy();
          request.plan.happened();
          return;
        }
        client.write(framed(request?.metadata === true ? this.#withOwnAddresses(frame) : frame));
      }
    });
  }

  #meet(apiKey: number): Plan | null {
    this.#counts.set(apiKey, (this.#counts.get(apiKey) ?? 0) + 1);
    const index = this.#plans.findIndex((plan) => plan.apiKey === apiKey);
    const plan = this.#plans[index];
    if (plan === undefined || plan.skip-- > 0) return null;
    this.#plans.splice(index, 1);
    return plan;
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
