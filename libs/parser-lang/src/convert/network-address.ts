/** Whether a text is an IP address as Go's `net.ParseIP` has it: no zone, no leading zeros in IPv4, `::` for something. */
export function isIpAddress(text: string): boolean {
  return text.includes(':') ? isIpv6(text) : isIpv4(text);
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function isIpv4(text: string): boolean {
  return IPV4.test(text);
}

function isIpv6(text: string): boolean {
  if (text.length > 45) {
    return false;
  }
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) {
    return false;
  }
  const headGroups = groupsOf(head, tail === undefined);
  if (tail === undefined) {
    return headGroups === 8;
  }
  const tailGroups = groupsOf(tail, true);
  return headGroups >= 0 && tailGroups >= 0 && headGroups + tailGroups < 8;
}

/** How many groups of 16 bits a text between double colons has; -1 where one is wrong. */
function groupsOf(text: string, mayEndInIpv4: boolean): number {
  if (text === '') {
    return 0;
  }
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const endsInIpv4 = mayEndInIpv4 && isIpv4(last);
  const groups = endsInIpv4 ? parts.slice(0, -1) : parts;
  return groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) ? groups.length + (endsInIpv4 ? 2 : 0) : -1;
}

/** The text of an address of 4 or 16 bytes, IPv6 as RFC 5952 has it; undefined for other lengths. */
export function ipOfBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) {
    return bytes.join('.');
  }
  if (bytes.length !== 16) {
    return undefined;
  }
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) {
    return bytes.subarray(12).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  ).join(':');
  // The longest run of two or more zero groups goes, the first of equals.
  const runs = [...groups.matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)];
  const longest = runs.reduce((best, run) => (run[0].length > best.length ? run[0] : best), '');
  const at = runs.find(([run]) => run === longest)?.index;
  if (at === undefined) {
    return groups;
  }
  return `${groups.slice(0, at).replace(/:$/, '')}::${groups.slice(at + longest.length).replace(/^:/, '')}`;
}

/**
 * A hardware address of 6, 8 or 20 bytes in small letters with colons, of the forms of Go's `net.ParseMAC`: pairs of
 * digits with `:` or `-`, groups of four with dots. Undefined for anything else.
 */
export function canonicalMac(text: string): string | undefined {
  if (text.length > 59) {
    return undefined;
  }
  const pairs = /^[0-9a-fA-F]{2}([:-])(?:[0-9a-fA-F]{2}\1)*[0-9a-fA-F]{2}$/.test(text);
  const fours = /^(?:[0-9a-fA-F]{4}\.)+[0-9a-fA-F]{4}$/.test(text);
  if (!pairs && !fours) {
    return undefined;
  }
  const bytes = text.toLowerCase().replaceAll(/[:.-]/g, '').match(/../g) ?? [];
  return [6, 8, 20].includes(bytes.length) ? bytes.join(':') : undefined;
}
