import { canonicalIp, correlationKey } from '@logweave/model';
import { CommandError } from '../command-error.ts';

/**
 * The canonical text of a key that a person gives: `192.0.2.7:50123`, `[2001:db8::1]:443`; what follows a `>` (where the
 * key has destinations) is taken as it stands.
 * @throws CommandError when it is none.
 */
export function readKey(text: string): string {
  const [source = '', destination] = text.split('>');
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(source.trim());
  const ip = match === null ? null : canonicalIp(match[1] ?? match[2] ?? '');
  const port = Number(match?.[3]);
  if (ip === null || port > 65_535) {
    throw new CommandError(`--key ${text}: not of the form 192.0.2.7:50123 or [2001:db8::1]:443`, 2);
  }
  const key = correlationKey(ip, port);
  return destination === undefined ? key : `${key}>${destination.trim()}`;
}
