const IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;

const GROUP = /^[0-9a-fA-F]{1,4}$/;

const ZONE = /^[0-9A-Za-z.:-]+$/;

function countGroups(text: string): number | null {
  if (text === '') return 0;
  const groups = text.split(':');
  const last = groups.at(-1) ?? '';
  const embedded = last.includes('.');
  if (embedded && !IPV4.test(last)) return null;
  const hexadecimal = embedded ? groups.slice(0, -1) : groups;
  return hexadecimal.every((group) => GROUP.test(group)) ? groups.length + (embedded ? 1 : 0) : null;
}

function isIpv6(text: string): boolean {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return false;
  const before = countGroups(head);
  if (tail === undefined) return before === 8;
  const after = countGroups(tail);
  // An IPv4 address may only stand at the very end, and `::` stands for at least one group.
  return before !== null && after !== null && !head.includes('.') && before + after < 8;
}

/** Whether a text is an IPv4 address or an IPv6 address (RFC 4291, a zone after `%` allowed). */
export function isIpAddress(text: string): boolean {
  if (text.length > 100) return false;
  if (IPV4.test(text)) return true;
  const zone = text.indexOf('%');
  if (zone === -1) return isIpv6(text);
  return ZONE.test(text.slice(zone + 1)) && isIpv6(text.slice(0, zone));
}

/** Whether a text is an address range as `192.0.2.0/24`. */
export function isIpRange(text: string): boolean {
  const slash = text.indexOf('/');
  const address = text.slice(0, slash);
  const bits = text.slice(slash + 1);
  if (slash === -1 || !isIpAddress(address) || !/^[0-9]{1,3}$/.test(bits)) return false;
  return Number(bits) <= (address.includes(':') ? 128 : 32);
}
