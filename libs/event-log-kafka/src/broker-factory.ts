import type { Clock } from '@logweave/model';
import {
  BrokerClass,
  buildPools,
  type Connection,
  type ConnectionPool,
  type ConnectionPoolOptions,
  type KafkaBroker,
} from './kafkajs.ts';

/** Makes connections to brokers, none of them connected yet. */
export function brokerFactory(
  options: ConnectionPoolOptions,
  clock: Clock,
): (host: string, port: number, nodeId: number | null) => Promise<KafkaBroker> {
  const pools = buildPools(options);
  return async (host, port, nodeId) =>
    new BrokerClass({
      connectionPool: await mendedPool(() => pools.build({ host, port, rack: null }), options.requestTimeout, clock),
      logger: options.logger,
      nodeId,
      versions: null,
      authenticationTimeout: options.requestTimeout,
      allowAutoTopicCreation: false,
    });
}

/** A session that lasts is renewed so long before its end. */
const RENEW_BEFORE_MS = 10_000;
/** A short one when so much of it is left. */
const RENEW_BEFORE_SHARE = 0.2;
/** A broker takes a connection's next authentication for a mistake when it comes within a second. */
const RENEW_AFTER_MS = 1_100;

/** kafkajs would renew a session shorter than its threshold before each request, which a broker does not suffer. */
function renewBeforeMs({ sessionLifetime }: Connection): number {
  const lifetimeMs = Number(sessionLifetime.toString());
  return Math.floor(Math.min(RENEW_BEFORE_MS, lifetimeMs * RENEW_BEFORE_SHARE, lifetimeMs - RENEW_AFTER_MS));
}

/** Beyond its own time a request is waited for so long. */
const GRACE_MS = 2_000;

/** Nobody knows what became of a request. Named as kafkajs names it when it notices itself. */
class RequestLostError extends Error {
  override readonly name = 'KafkaJSRequestTimeoutError';

  constructor(apiName: string, limitMs: number) {
    super(`${apiName} was not answered in ${limitMs} ms`);
  }
}

/** What was on its way when a connection ended. Named as kafkajs names it. */
class ConnectionEndedError extends Error {
  override readonly name = 'KafkaJSConnectionClosedError';
}

/**
 * Connections that are used once. kafkajs opens the same one again after a break, and then takes half an answer from before
 * for the beginning of the next, and the late end of the old socket for that of the new; and two requests that find one
 * closed both open it. Nor does it end one on which a request is not answered in time, so that all that follows waits
 * behind it and the broker still counts as one that answers.
 */
async function mendedPool(
  build: () => Promise<ConnectionPool>,
  requestTimeout: number,
  clock: Clock,
): Promise<ConnectionPool> {
  const pool = await build();
  for (const connection of pool.pool) renewInTime(connection);
  const used = new Set<Connection>();
  const opening = new Map<number, Promise<Connection>>();
  const open = async (place: number): Promise<Connection> => {
    const old = pool.pool[place] as Connection;
    if (used.has(old)) {
      const fresh = (await build()).pool[place] as Connection;
      renewInTime(fresh);
      fresh.setVersions(old.versions);
      fresh.setSupportAuthenticationProtocol(old.getSupportAuthenticationProtocol());
      pool.pool[place] = fresh;
      used.delete(old);
      old.rejectRequests(new ConnectionEndedError('Closed connection'));
      old.socket?.destroy();
    }
    const connection = pool.pool[place] as Connection;
    used.add(connection);
    await connection.connect();
    return connection;
  };
  pool.getConnection = async (place = 0) => {
    const current = pool.pool[place] as Connection;
    const underWay = opening.get(place);
    if (underWay !== undefined) return underWay;
    if (current.isConnected()) return current;
    const opened = open(place).finally(() => opening.delete(place));
    opening.set(place, opened);
    return opened;
  };
  const send = pool.send.bind(pool);
  pool.send = async (request) => {
    const answer = send(request);
    // kafkajs looks for requests that have waited too long only while it takes its connection for open.
    const limitMs = Math.max(requestTimeout, request.requestTimeout ?? 0) + GRACE_MS;
    const waited = new AbortController();
    const late = clock.sleep(limitMs, waited.signal).then(() => {
      if (!waited.signal.aborted) throw new RequestLostError(request.request.apiName, limitMs);
      return answer;
    });
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      if (error instanceof Error && error.name === 'KafkaJSRequestTimeoutError') {
        for (const { socket } of pool.pool) socket?.destroy(error);
      }
      throw error;
    } finally {
      waited.abort();
    }
  };
  return pool;
}

function renewInTime(connection: Connection): void {
  Object.defineProperty(connection, 'reauthenticationThreshold', { get: () => renewBeforeMs(connection) });
}
