import type { EventLog } from '@logweave/event-log';
import { EventLogError } from '@logweave/event-log';
import { type Clock, LIMITS } from '@logweave/model';
import { changeRegistry, readRegistry, type RegistryPlace } from '@logweave/parser-registry';
import type { Logger, Readiness, Service } from '@logweave/service-kit';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Value } from 'typebox/value';
import { registryEntries } from '../parser/registry-entries.ts';
import { decideParserIntent, type ParserIntent, parserIntentSchema } from './parser-intent.ts';
import type { ChangeAnswer } from './parser-record-schema.ts';
import { listenPrivately, removeStaleSocket, socketPlaceProblem } from './socket-path.ts';

/** Commands of one machine: few requests, the largest of them a parser. */
const LIMITS_OF_REQUESTS = {
  headerBytes: 8192,
  // An intent is about as large as its record, which the registry holds to the limit of parsers and says so.
  bodyBytes: LIMITS.parserBytes + LIMITS.headerAllowanceBytes,
  timeoutMs: 10_000,
  connections: 16,
} as const;

export interface AdminSocketDeps {
  /** There when the service starts. */
  readonly eventLog: () => Pick<EventLog, 'watermarks' | 'reader' | 'transactionalProducer'>;
  readonly place: () => RegistryPlace;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * HTTP on a unix socket in the data directory: how commands change what the process that runs alone may write.
 *
 * - `POST /parsers/changes`, a `ParserIntent`: 200 and 409 with the outcome of `changeRegistry`, 400 `invalid`,
 *   503 `failed`
 * - `GET /parsers`: as `logweave parser list --json`
 *
 * Whoever can connect may do all of it: the socket is for its owner alone. A socket that cannot be made is no reason
 * to run nothing: it is logged, and commands then say who has the event log.
 */
export class AdminSocket implements Service {
  readonly name = 'admin-socket';
  /** Resolves never: a command that gets no answer says so. */
  readonly failure = new Promise<Error>(() => {});
  readonly #path: string;
  readonly #deps: AdminSocketDeps;
  #app: FastifyInstance | null = null;
  #detail = 'Not listening.';
  #ready = false;
  /** The end of the last change that was asked for. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string, deps: AdminSocketDeps) {
    this.#path = path;
    this.#deps = deps;
  }

  /** @throws Error when the system refuses the socket for a reason that nobody thought of. */
  async start(): Promise<void> {
    const { log } = this.#deps;
    const problem = socketPlaceProblem(this.#path) ?? (await removeStaleSocket(this.#path));
    this.#ready = true;
    if (problem !== null) {
      this.#detail = `No admin socket: ${problem}.`;
      log.warn({ problem }, 'no admin socket, commands that write need this process to be stopped');
      return;
    }
    this.#app = await this.#createApp();
    await this.#app.ready();
    await listenPrivately(this.#app.server, this.#path);
    this.#app.server.on('error', (error) => log.warn({ err: error }, 'admin socket cannot accept'));
    this.#detail = `Listening on ${this.#path}.`;
    log.info({ path: this.#path }, 'admin socket listens');
  }

  /** Answers what it has begun with. */
  async stop(): Promise<void> {
    this.#ready = false;
    this.#detail = 'Not listening.';
    await this.#app?.close();
  }

  readiness(): Readiness {
    return { ready: this.#ready, detail: this.#detail };
  }

  async #createApp(): Promise<FastifyInstance> {
    const { fastify } = await import('fastify');
    const { bodyBytes, headerBytes, timeoutMs, connections } = LIMITS_OF_REQUESTS;
    const app = fastify({
      logger: false,
      bodyLimit: bodyBytes,
      requestTimeout: timeoutMs,
      connectionTimeout: timeoutMs,
      keepAliveTimeout: timeoutMs,
      http: { maxHeaderSize: headerBytes, headersTimeout: timeoutMs },
    });
    app.server.maxConnections = connections;
    app.get('/parsers', async () => {
      const { registry } = await readRegistry(this.#deps.eventLog(), this.#deps.place());
      return { logTypes: registryEntries(registry) };
    });
    app.post('/parsers/changes', async ({ body }, reply) => {
      if (!Value.Check(parserIntentSchema, body)) return answer(reply, invalidIntent(body));
      return answer(reply, await this.#inTurn(() => this.#change(body)));
    });
    app.setNotFoundHandler(async (_, reply) => reply.code(404).send(invalid('there is nothing here')));
    app.setErrorHandler(async (error: Error & { readonly statusCode?: number }, _, reply) => {
      const { statusCode: code = 500 } = error;
      if (code >= 500) this.#deps.log.error({ err: error }, 'admin request failed');
      return reply.code(code).send(code >= 500 ? failed(error.message) : invalid(error.message));
    });
    return app;
  }

  async #change(intent: ParserIntent): Promise<ChangeAnswer> {
    const { eventLog, place, clock, log } = this.#deps;
    const nowMs = clock.wallMs();
    const { action, logType, author } = intent;
    try {
      const outcome = await changeRegistry(eventLog(), place(), nowMs, (registry) =>
        decideParserIntent(registry, intent, nowMs),
      );
      if (outcome.kind === 'refused') return outcome;
      log.info({ action, logType, author }, 'parsers changed');
      return { kind: 'done', records: [...outcome.records] };
    } catch (error) {
      if (!(error instanceof EventLogError)) throw error;
      log.error({ action, logType, author, err: error }, 'parsers could not be changed');
      return failed(error.message);
    }
  }

  /** One change after the other: at the same time they would only fence each other. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(change);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

const STATUS = { done: 200, refused: 409, failed: 503, invalid: 400 } as const;

function answer(reply: FastifyReply, body: ChangeAnswer): FastifyReply {
  return reply.code(STATUS[body.kind]).send(body);
}

function invalidIntent(body: unknown): ChangeAnswer {
  const [first] = Value.Errors(parserIntentSchema, body);
  return invalid(`this is no change of parsers: ${first?.instancePath ?? ''} ${first?.message ?? ''}`);
}

function invalid(problem: string): ChangeAnswer {
  return { kind: 'invalid', problem };
}

function failed(problem: string): ChangeAnswer {
  return { kind: 'failed', problem };
}
