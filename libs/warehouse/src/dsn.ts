/** Where a warehouse is and who asks. */
export interface WarehouseAddress {
  /** Scheme, host and port only, so that it can be shown. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** What was read into it, for one log line; null when the DSN was taken as it stands. */
  readonly note: string | null;
}

const NATIVE_PORT = 9000;
const NATIVE_TLS_PORT = 9440;
const HTTP_PORT = 8123;
const HTTPS_PORT = 8443;

/**
 * Reads `clickhouse://user:password@host:port/database` or an `http(s)://` URL. The native protocol is not spoken here,
 * so its ports stand for the HTTP ones beside them: 9000 (or none) for 8123, 9440 for 8443 with TLS; `?secure=true`
 * asks for TLS on any port.
 * @throws Error with a message for people, without the password.
 */
export function parseDsn(dsn: string): WarehouseAddress {
  let parsed: URL;
  try {
    parsed = new URL(dsn);
  } catch {
    throw new Error('The DSN is no URL; expected clickhouse://user:password@host:9000/database or http(s)://…');
  }
  const login = {
    user: decodeURIComponent(parsed.username) || 'default',
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.replace(/^\/+|\/+$/g, '')) || 'default',
  };
  if (parsed.hostname === '') throw new Error('The DSN names no host.');
  switch (parsed.protocol) {
    case 'http:':
    case 'https:':
      return { url: parsed.origin, ...login, note: null };
    case 'clickhouse:':
      return { ...fromNative(parsed), ...login };
    default:
      throw new Error(`The DSN begins with ${parsed.protocol}//; expected clickhouse://, http:// or https://.`);
  }
}

function fromNative(parsed: URL): Pick<WarehouseAddress, 'url' | 'note'> {
  const port = parsed.port === '' ? NATIVE_PORT : Number(parsed.port);
  const tls = port === NATIVE_TLS_PORT || /^(1|true|yes)$/i.test(parsed.searchParams.get('secure') ?? '');
  const native = port === NATIVE_PORT || port === NATIVE_TLS_PORT;
  const httpPort = native ? (tls ? HTTPS_PORT : HTTP_PORT) : port;
  const url = `${tls ? 'https' : 'http'}://${parsed.hostname}:${httpPort}`;
  return { url, note: `clickhouse://${parsed.hostname}:${port} is spoken to over HTTP, at ${url}` };
}
