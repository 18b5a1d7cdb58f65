import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type AuthResult = 'ok' | 'missing' | 'wrong';

/** Checks user and password in the three places where ClickHouse looks for them, in constant time. */
export class Credentials {
  readonly #user: Buffer;
  readonly #password: Buffer;

  constructor(user: string, password: string) {
    this.#user = digest(user);
    this.#password = digest(password);
  }

  /** Headers `X-ClickHouse-User` and `-Key` come first, then Basic, then `user` and `password` of the URL. */
  check(headers: IncomingHttpHeaders, url: URLSearchParams): AuthResult {
    const given = fromHeaders(headers) ?? fromBasic(headers.authorization) ?? fromUrl(url);
    if (given === null) return headers.authorization === undefined ? 'missing' : 'wrong';
    const userFits = timingSafeEqual(digest(given.user), this.#user);
    const passwordFits = timingSafeEqual(digest(given.password), this.#password);
    return userFits && passwordFits ? 'ok' : 'wrong';
  }
}

interface Given {
  readonly user: string;
  readonly password: string;
}

// Digests have one length, which the comparison needs, and hide the lengths of what is compared.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function fromHeaders(headers: IncomingHttpHeaders): Given | null {
  const user = headers['x-clickhouse-user'];
  const key = headers['x-clickhouse-key'];
  if (user === undefined && key === undefined) return null;
  return { user: String(user ?? 'default'), password: String(key ?? '') };
}

function fromBasic(header: string | undefined): Given | null {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function fromUrl(url: URLSearchParams): Given | null {
  if (!url.has('user') && !url.has('password')) return null;
  return { user: url.get('user') ?? 'default', password: url.get('password') ?? '' };
}
