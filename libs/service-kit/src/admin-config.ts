import { isIP } from 'node:net';
import { type Static, Type } from 'typebox';

const MIN_TOKEN_LENGTH = 16;

/** Section `admin`. */
export const adminSectionSchema = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      default: '127.0.0.1',
      description: 'Address to listen on. Anything but a loopback address needs a token.',
    }),
    port: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 9464,
      description: 'Port of /livez, /readyz and /metrics. 0: one that the system chooses; the log says which.',
    }),
    token: Type.Union([Type.String({ minLength: MIN_TOKEN_LENGTH }), Type.Null()], {
      secret: true,
      default: null,
      description:
        'When set, /metrics and the sentences of /readyz are only for who sends "Authorization: Bearer <token>". ' +
        `At least ${MIN_TOKEN_LENGTH} characters.`,
    }),
  },
  { additionalProperties: false, default: {}, description: 'Health and metrics over HTTP.' },
);

export type AdminSection = Static<typeof adminSectionSchema>;

/** Why the admin server must not listen there, or null. */
export function adminProblem({ host, token }: AdminSection): string | null {
  if (token !== null || isLoopback(host)) return null;
  return `${host} can be reached from other machines: set admin.token_file, or listen on 127.0.0.1`;
}

/** Whether only this machine can connect to an address or name. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
