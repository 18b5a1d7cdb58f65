import type { Clock } from '@logweave/model';
import type { SaslConfig } from './kafka-config.ts';
import { AuthenticationError, diagnose } from './kafka-error.ts';
import { type SaslExchange, type SaslOptions, type SaslPeer, saslProviders } from './kafkajs.ts';
import { ByteReader, ByteWriter } from './protocol-bytes.ts';

/**
 * So long a broker may refuse somebody whom the cluster has accepted before: a new password comes to the brokers, to a
 * store of secrets and to a mounted file one after the other, and that may take minutes.
 */
const ROTATION_MS = 5 * 60_000;
const TELL_MS = 60_000;

export interface AuthenticationDeps {
  readonly clock: Clock;
  /** A broker has refused us; said once a minute for each at most. */
  readonly refused: (error: AuthenticationError) => void;
}

/**
 * Says who we are on each connection, with the secrets as they are at that moment. What is refused from the beginning is a
 * mistake that waiting does not mend; what was accepted before may be changing right now, and is tried again for a while.
 */
export class Authentication {
  /** What kafkajs asks. */
  readonly options: SaslOptions;
  readonly #deps: AuthenticationDeps;
  readonly #mechanism: string;
  #accepted = false;
  /** By broker: when it began to refuse, and when it did the last time. */
  readonly #refusals = new Map<string, { readonly sinceMs: number; readonly lastMs: number }>();
  readonly #toldMs = new Map<string, number>();

  constructor(sasl: SaslConfig, deps: AuthenticationDeps) {
    this.#deps = deps;
    this.#mechanism = sasl.mechanism.toUpperCase();
    this.options = {
      mechanism: sasl.mechanism,
      authenticationProvider: (peer) => ({ authenticate: () => authenticate(sasl, peer) }),
      accepted: (broker) => {
        this.#accepted = true;
        this.#refusals.delete(broker);
      },
      failed: (broker, error) => this.#failed(broker, error),
    };
  }

  #failed(broker: string, error: unknown): unknown {
    const { type, kind } = diagnose(error);
    // A connection that broke on the way says nothing about who we are.
    if (kind === 'connection') return error;
    const nowMs = this.#deps.clock.monotonicMs();
    const before = this.#refusals.get(broker);
    // What was refused long ago and not tried since is another story.
    const sinceMs = before !== undefined && nowMs - before.lastMs < ROTATION_MS ? before.sinceMs : nowMs;
    this.#refusals.set(broker, { sinceMs, lastMs: nowMs });
    const why = type === 'ILLEGAL_SASL_STATE' ? 'it asks nobody on this port who he is' : messageOf(error);
    const message = `authentication at Kafka broker ${broker} with SASL ${this.#mechanism} failed: ${why}`;
    const retriable = this.#accepted && nowMs - sinceMs < ROTATION_MS;
    const refused = new AuthenticationError(message, { retriable, cause: error });
    if (nowMs - (this.#toldMs.get(broker) ?? -Infinity) >= TELL_MS) {
      this.#toldMs.set(broker, nowMs);
      this.#deps.refused(refused);
    }
    return refused;
  }
}

async function authenticate(sasl: SaslConfig, peer: SaslPeer): Promise<void> {
  if (sasl.mechanism === 'oauthbearer') return bearToken(await sasl.token(), peer.saslAuthenticate);
  // kafkajs reads them several times, and throws away what kind of error it was.
  const credentials = { username: sasl.username(), password: sasl.password() };
  let failure: unknown = null;
  const saslAuthenticate: SaslExchange = async (exchange) => {
    try {
      return await peer.saslAuthenticate(exchange);
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  try {
    await saslProviders[sasl.mechanism](credentials)({ ...peer, saslAuthenticate }).authenticate();
  } catch (error) {
    throw failure ?? error;
  }
}

/**
 * RFC 7628. kafkajs takes any answer for a yes, but a server that says no says why first, and goes on waiting for a last
 * word: what comes instead closes the connection, again and again.
 */
async function bearToken(token: string, exchange: SaslExchange): Promise<void> {
  const say = async (words: string): Promise<string> => {
    const bytes = Buffer.from(words, 'utf8');
    const encode = async () => new ByteWriter(bytes.length + 4).int32(bytes.length).raw(bytes).finish();
    const response = {
      decode: async (answer: Buffer) => new ByteReader(answer).bytes().toString('utf8'),
      parse: async (text: string) => text,
    };
    return (await exchange({ request: { encode }, response })) as string;
  };
  const objection = await say(`n,,\u0001auth=Bearer ${token}\u0001\u0001`);
  if (objection === '') return;
  await say('\u0001');
  throw new Error(objection);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
