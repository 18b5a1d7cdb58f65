import {
  CORE,
  canonicalIp,
  dottedQuadValue,
  type EventReader,
  type FilterReason,
  parseIpv6,
  readIp,
  readPort,
} from '@logweave/model';
import type { CorrelationRules } from './rules.ts';

interface V4Network {
  readonly base: number;
  readonly size: number;
}

interface V6Network {
  readonly value: bigint;
  readonly shift: bigint;
}

/** Decides which events are left out: excluded sources, and ports that are not asked for. */
export class SourceFilter {
  readonly #v4: V4Network[] = [];
  readonly #v6: V6Network[] = [];
  readonly #ports: ReadonlySet<number> | null;
  readonly #active: boolean;

  /** @throws Error on an entry that is neither an address nor CIDR. */
  constructor(rules: Pick<CorrelationRules, 'excludeSourceIps' | 'includeDestPorts'>) {
    for (const entry of rules.excludeSourceIps) this.#exclude(entry);
    this.#ports = rules.includeDestPorts.length > 0 ? new Set(rules.includeDestPorts) : null;
    this.#active = this.#ports !== null || this.#v4.length + this.#v6.length > 0;
  }

  /** Looks at the event that the reader has just read. */
  test(reader: EventReader, bytes: Uint8Array): FilterReason | null {
    if (!this.#active) return null;
    if (this.#v4.length + this.#v6.length > 0 && this.#excludes(reader, bytes)) return 'excluded_source_ip';
    if (this.#ports !== null) {
      const field = reader.core[CORE.dstPort] as number;
      if (field < 0 || !this.#ports.has(readPort(bytes, reader.table, field))) return 'destination_port';
    }
    return null;
  }

  #excludes(reader: EventReader, bytes: Uint8Array): boolean {
    if (reader.packedKey >= 0) return this.#excludesV4(Math.floor(reader.packedKey / 65536));
    const ip = readIp(bytes, reader.table, reader.core[CORE.srcIp] as number);
    if (ip === null) return false;
    const quad = dottedQuadValue(ip);
    if (quad >= 0) return this.#excludesV4(quad);
    const value = v6Value(ip);
    return this.#v6.some((network) => value >> network.shift === network.value);
  }

  #excludesV4(value: number): boolean {
    return this.#v4.some(({ base, size }) => value >= base && value < base + size);
  }

  #exclude(entry: string): void {
    const [address = '', prefix, ...rest] = entry.split('/');
    const ip = rest.length === 0 ? canonicalIp(address) : null;
    if (ip === null) throw new Error(`'${entry}' is neither an IP address nor a network such as 192.0.2.0/24`);
    const quad = dottedQuadValue(ip);
    const bits = prefix === undefined ? (quad >= 0 ? 32 : 128) : /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (bits < 0 || bits > (quad >= 0 ? 32 : 128)) throw new Error(`'${entry}' has no prefix length that fits`);
    if (quad >= 0) {
      const size = 2 ** (32 - bits);
      this.#v4.push({ base: Math.floor(quad / size) * size, size });
    } else {
      const shift = BigInt(128 - bits);
      this.#v6.push({ value: v6Value(ip) >> shift, shift });
    }
  }
}

function v6Value(ip: string): bigint {
  return (parseIpv6(ip) ?? []).reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}
