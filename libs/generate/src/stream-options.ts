/** What a stream looks like. Shares are parts of all connections, from 0 to 1. */
export interface StreamOptions {
  /** Same seed and options, same bytes. */
  readonly seed: number;
  /** Time of the first events, milliseconds since the epoch. */
  readonly startMs: number;
  /** How long the stream goes on, in its own time. */
  readonly durationMs: number;
  /** Ends the stream after so many events of both sides, if that comes first; null: no such end. */
  readonly maxEvents: number | null;
  /** Events of both sides per second of the stream's time, on average. */
  readonly ratePerSecond: number;
  /** Requests on one connection: geometric with this mean, at most `max`. */
  readonly requests: { readonly mean: number; readonly max: number };
  /** Between the end of the handshake or a request and the next request on the connection, on average. */
  readonly thinkMs: number;
  /** Connections whose requests the web server logs and that the network sensor misses. */
  readonly loneHttpShare: number;
  /** Connections that the sensor sees and that carry no request. */
  readonly loneNetworkShare: number;
  /** How far the sensor's clock runs ahead of the web server's; negative: behind. */
  readonly skewMs: number;
  /** An event arrives up to this long after its time; each one by chance, so that arrivals are out of order. */
  readonly disorderMs: number;
  /** Connections that use the address and port of one that ended before. */
  readonly portReuseShare: number;
  readonly ipv6Share: number;
  /** Length of a line, without newline: lines are padded to about this, never shortened. */
  readonly eventBytes: number;
}

/** A busy web server in the rough: most connections carry a few requests, a few carry many. */
export const DEFAULT_STREAM: StreamOptions = {
  seed: 1,
  startMs: 1_795_536_000_000,
  durationMs: 60_000,
  maxEvents: null,
  ratePerSecond: 1000,
  requests: { mean: 4, max: 1000 },
  thinkMs: 150,
  loneHttpShare: 0.02,
  loneNetworkShare: 0.1,
  skewMs: 0,
  disorderMs: 20,
  portReuseShare: 0.05,
  ipv6Share: 0.1,
  eventBytes: 450,
};

/** Fills in what is not given. @throws RangeError naming the option that makes no sense */
export function streamOptions(given: Partial<StreamOptions>): StreamOptions {
  const options = { ...DEFAULT_STREAM, ...given };
  check(Number.isInteger(options.seed), 'seed must be an integer');
  check(options.startMs >= 0, 'startMs must not be negative');
  check(options.durationMs > 0, 'durationMs must be above 0');
  check(options.ratePerSecond > 0, 'ratePerSecond must be above 0');
  check(options.requests.mean >= 1, 'requests.mean must be at least 1');
  check(options.requests.max >= 1, 'requests.max must be at least 1');
  check(options.thinkMs >= 0, 'thinkMs must not be negative');
  check(options.disorderMs >= 0, 'disorderMs must not be negative');
  check(options.eventBytes <= 1_000_000, 'eventBytes must be at most 1,000,000');
  for (const share of ['loneHttpShare', 'loneNetworkShare', 'portReuseShare', 'ipv6Share'] as const) {
    check(options[share] >= 0 && options[share] <= 1, `${share} must lie between 0 and 1`);
  }
  check(
    options.loneHttpShare + options.loneNetworkShare <= 1,
    'loneHttpShare and loneNetworkShare must not exceed 1 together',
  );
  return options;
}

/** Events of a connection on average, both sides; from it follows how often connections open. */
export function meanEventsPerConnection(options: StreamOptions): number {
  return (
    1 - options.loneHttpShare + (1 - options.loneNetworkShare) * Math.min(options.requests.mean, options.requests.max)
  );
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new RangeError(message);
}
