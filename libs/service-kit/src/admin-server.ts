import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { type AdminSection, adminProblem, isLoopback } from './admin-config.ts';
import type { Logger } from './logger.ts';
import type { Redactor } from './redactor.ts';
import type { Readiness, Service } from './service.ts';
import type { GroupReadiness } from './service-group.ts';

export interface AdminServerDeps {
  readonly log: Logger;
  readonly metrics: Registry;
  readonly redactor: Redactor;
  readonly readiness: () => GroupReadiness;
}

/** What asks is a probe or a scraper: few, small and quick requests. */
const LIMITS = {
  headerBytes: 8192,
  bodyBytes: 1024,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  keepAliveMs: 5_000,
  connections: 64,
} as const;

/**
 * `/livez`, `/readyz` and `/metrics`. With a token everything but a bare status code needs it.
 *
 * It answers while other services start and stop, so it belongs into the first stage.
 */
export function createAdminServer(config: AdminSection, deps: AdminServerDeps): AdminServer {
  return new AdminServer(config, deps);
}

class AdminServer implements Service {
  readonly name = 'admin';
  /** Resolves never: probes that fail are noticed by those who send them. */
  readonly failure = new Promise<Error>(() => {});
  readonly #config: AdminSection;
  readonly #deps: AdminServerDeps;
  #app: FastifyInstance | null = null;
  #url: string | null = null;

  constructor(config: AdminSection, deps: AdminServerDeps) {
    this.#config = config;
    this.#deps = deps;
  }

  /** `http://host:port` once it listens. */
  get url(): string | null {
    return this.#url;
  }

  /** @throws Error when it would be open to others without a token, or the port is taken. */
  async start(): Promise<void> {
    const { host, port } = this.#config;
    const problem = adminProblem(this.#config);
    if (problem !== null) throw new Error(problem);
    this.#app = await this.#createApp();
    try {
      await this.#app.listen({ host, port });
    } catch (error) {
      throw listenError(error, host, port);
    }
    const address = this.#app.server.address() as AddressInfo;
    this.#url = `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
    this.#deps.log.info({ url: this.#url }, 'admin server listens');
  }

  async stop(): Promise<void> {
    await this.#app?.close();
    this.#url = null;
  }

  readiness(): Readiness {
    return this.#url === null
      ? { ready: false, detail: 'Not listening.' }
      : { ready: true, detail: `Listening on ${this.#url}.` };
  }

  async #createApp(): Promise<FastifyInstance> {
    // Loaded here since commands that serve nothing should not pay for it.
    const { fastify } = await import('fastify');
    const app = fastify({
      logger: false,
      bodyLimit: LIMITS.bodyBytes,
      requestTimeout: LIMITS.requestTimeoutMs,
      connectionTimeout: LIMITS.requestTimeoutMs,
      keepAliveTimeout: LIMITS.keepAliveMs,
      forceCloseConnections: true,
      http: { maxHeaderSize: LIMITS.headerBytes, headersTimeout: LIMITS.headersTimeoutMs },
    });
    app.server.maxConnections = LIMITS.connections;
    app.addHook('onRequest', async (request, reply) => {
      reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      if (!this.#isAddressedHere(request)) await reply.code(421).send('not the host of this server\n');
    });
    app.get('/livez', async (_, reply) => reply.type('text/plain').send('alive\n'));
    app.get('/readyz', async (request, reply) => this.#readyz(request, reply));
    app.get('/metrics', async (request, reply) => this.#metrics(request, reply));
    app.setNotFoundHandler(async (_, reply) => reply.code(404).type('text/plain').send('there is nothing here\n'));
    app.setErrorHandler(async (error: Error & { readonly statusCode?: number }, _, reply) => {
      const code = error.statusCode ?? 500;
      if (code >= 500) this.#deps.log.error({ err: error }, 'admin request failed');
      // The message may say things about the process that a stranger should not read.
      return reply
        .code(code)
        .type('text/plain')
        .send(code >= 500 ? 'failed; the log says why\n' : 'bad request\n');
    });
    return app;
  }

  async #readyz(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const readiness = this.#deps.readiness();
    reply.code(readiness.ready ? 200 : 503);
    if (!this.#isAllowed(request)) return reply.type('text/plain').send(readiness.ready ? 'ready\n' : 'not ready\n');
    const body = `${JSON.stringify(readiness, null, 2)}\n`;
    return reply.type('application/json').send(this.#deps.redactor.redact(body));
  }

  async #metrics(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!this.#isAllowed(request)) {
      return reply.code(401).header('www-authenticate', 'Bearer').type('text/plain').send('a token is needed\n');
    }
    const { metrics, redactor } = this.#deps;
    return reply.header('content-type', metrics.contentType).send(redactor.redact(await metrics.metrics()));
  }

  #isAllowed(request: FastifyRequest): boolean {
    const { token } = this.#config;
    if (token === null) return true;
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    // Digests have one length, so that the comparison tells nothing about the token.
    return given !== undefined && timingSafeEqual(digest(given), digest(token));
  }

  /** Without a token a web page could reach a loopback server by a name of its own that points here. */
  #isAddressedHere(request: FastifyRequest): boolean {
    return this.#config.token !== null || isLoopback(request.hostname.replace(/^\[|\]$/g, ''));
  }
}

export type { AdminServer };

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function listenError(error: unknown, host: string, port: number): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new Error(`port ${port} of ${host} is taken: set admin.port`, { cause: error });
  return new Error(`cannot listen on ${host} port ${port}: ${String(error)}`, { cause: error });
}
