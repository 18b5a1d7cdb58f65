import { createHash } from 'node:crypto';
import type { Side } from '@logweave/model';
import { http, network } from '../engine-input.ts';

/**
 * The i-th event of a side with what makes real logs hard to compress: identifiers of requests and connections, and the
 * JA3 of browsers that shuffle their extensions. Without them zstd makes one byte of fifty or more, with them one of some
 * sixteen, as of the recorded minute in `examples`.
 */
export function eventText(i: number, side: Side, ns: bigint): string {
  const hex = createHash('md5').update(`${side}${i}`).digest('hex');
  if (side === 'A') return http(i, ns).replace(`"conn_id":"c${i}"`, `"request_id":"${hex}"`);
  const packetId = Number.parseInt(hex.slice(0, 4), 16);
  return network(i, ns)
    .replace(/"ja3_hash":"[0-9a-f]+"/, `"ja3_hash":"${hex}"`)
    .replace(/"ip_meta_id":[0-9]+/, `"ip_meta_id":${packetId}`);
}
