/** The canonical text of a correlation key, `192.0.2.1:443` or `[2001:db8::1]:443`; also the record key in the log. */
export type CorrelationKey = string & { readonly __brand: 'CorrelationKey' };

/** Fields that can make up a key. The first two always do. */
export const KEY_FIELDS = ['src_ip', 'src_port', 'dst_ip', 'dst_port'] as const;
export type KeyField = (typeof KEY_FIELDS)[number];

/** The default key, as the seed has it. */
export const DEFAULT_KEY_FIELDS: readonly KeyField[] = ['src_ip', 'src_port'];

/**
 * Joins canonical parts to the text of a key: an address and its port as `ip:port`, an IPv6 address in brackets;
 * a longer key stands with `>` between its ends, as in `192.0.2.1:50123>198.51.100.1:443`.
 */
export function correlationKey(srcIp: string, srcPort: number, dst: DestinationPart = {}): CorrelationKey {
  let text = `${bracketed(srcIp)}:${srcPort}`;
  if (dst.ip !== undefined || dst.port !== undefined) {
    text += `>${dst.ip === undefined ? '' : bracketed(dst.ip)}${dst.port === undefined ? '' : `:${dst.port}`}`;
  }
  return text as CorrelationKey;
}

export interface DestinationPart {
  readonly ip?: string | undefined;
  readonly port?: number | undefined;
}

function bracketed(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
