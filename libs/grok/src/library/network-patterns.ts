import type { PatternTable } from './pattern-table.ts';

const OCTET = '(?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})';
/** Within IPv6 an octet has no leading zero. */
const STRICT_OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const TAIL_V4 = String.raw`${STRICT_OCTET}(?:\.${STRICT_OCTET}){3}`;
const HEX = '[0-9A-Fa-f]{1,4}';

/**
 * Eight groups, or fewer with a double colon, an IPv4 address in place of the last two or not. Nested by the groups read
 * so far, as alternatives of the whole cost eight times as much; a group ends at its colon, so both try in one order.
 */
function ipv6(): string {
  let rest = `(?:${HEX}|:)`;
  rest = `(?:${HEX}:${rest}|:${HEX}|${TAIL_V4}|:)`;
  for (let groups = 5; groups >= 1; groups--) {
    const between = groups === 5 ? '' : `(?::${HEX}){0,${5 - groups}}`;
    rest = `(?:${HEX}:${rest}|(?::${HEX}){1,${7 - groups}}|${between}:${TAIL_V4}|:)`;
  }
  return `${HEX}:${rest}|:(?:(?::${HEX}){1,7}|(?::${HEX}){0,5}:${TAIL_V4}|:)`;
}

/** Addresses and host names. */
export const NETWORK_PATTERNS: PatternTable = {
  MAC: '%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}',
  CISCOMAC: String.raw`(?:[A-Fa-f0-9]{4}\.){2}[A-Fa-f0-9]{4}`,
  WINDOWSMAC: '(?:[A-Fa-f0-9]{2}-){5}[A-Fa-f0-9]{2}',
  COMMONMAC: '(?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2}',

  // A zone takes the rest of the line, as it always has.
  IPV6: `(?:${ipv6()})(?:%.+)?`,
  // The original wants no digit on either side; the reference engine does not look.
  IPV4: String.raw`${OCTET}(?:[.]${OCTET}){3}`,
  IP: '%{IPV6}|%{IPV4}',
  HOSTNAME: String.raw`\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*(?:\.?|\b)`,
  HOST: '%{HOSTNAME}',
  IPORHOST: '%{IP}|%{HOSTNAME}',
  HOSTPORT: '%{IPORHOST}:%{POSINT}',
};
