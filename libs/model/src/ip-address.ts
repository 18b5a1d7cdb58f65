/**
 * The canonical text of an IP address, or null when it is none.
 *
 * IPv4 is strict dotted decimal (no leading zeros); IPv6 is written as RFC 5952 says (lower case, the longest run of
 * two or more zero groups shortened, the first of equals); an IPv4-mapped address becomes IPv4. A zone id is refused:
 * it means something on one host only.
 */
export function canonicalIp(text: string): string | null {
  if (isDottedQuad(text)) return text;
  const groups = parseIpv6(text);
  if (groups === null) return null;
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    const high = groups[6] ?? 0;
    const low = groups[7] ?? 0;
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return formatIpv6(groups);
}

function isDottedQuad(text: string): boolean {
  return dottedQuadValue(text) !== -1;
}

/** The 32-bit value of a strict dotted quad, or -1. */
export function dottedQuadValue(text: string): number {
  let value = 0;
  let dots = 0;
  let octet = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46) {
      if (octet === -1 || ++dots > 3) return -1;
      value = value * 256 + octet;
      octet = -1;
    } else if (c >= 48 && c <= 57) {
      if (octet === 0) return -1;
      octet = octet === -1 ? c - 48 : octet * 10 + c - 48;
      if (octet > 255) return -1;
    } else {
      return -1;
    }
  }
  return dots === 3 && octet !== -1 ? value * 256 + octet : -1;
}

/** The eight groups of an IPv6 address (RFC 4291, section 2.2), or null. */
export function parseIpv6(text: string): number[] | null {
  if (text.length < 2 || text.length > 45) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  if (head === null) return null;
  if (halves.length === 1) return head.length === 8 ? head : null;
  const tail = parseGroups(halves[1] ?? '', true);
  if (tail === null || head.length + tail.length > 7) return null;
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function parseGroups(text: string, mayEndInQuad: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (mayEndInQuad && i === parts.length - 1 && part.includes('.')) {
      const quad = dottedQuadValue(part);
      if (quad === -1) return null;
      groups.push(Math.floor(quad / 65536), quad % 65536);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return null;
    }
  }
  return groups;
}

function formatIpv6(groups: readonly number[]): string {
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > bestLength) {
      bestStart = i;
      bestLength = j - i;
    }
    if (j > i) i = j;
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (bestStart === -1) return hex(groups);
  return `${hex(groups.slice(0, bestStart))}::${hex(groups.slice(bestStart + bestLength))}`;
}
