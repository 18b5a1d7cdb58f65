import type { Random } from './random.ts';

const FIRST_PORT = 1024;
const PORTS = 65_536 - FIRST_PORT;
/** The three networks that RFC 5737 sets aside for documentation, without their first and last addresses. */
const IPV4_HOSTS = 3 * 254;
const IPV4_KEYS = IPV4_HOSTS * PORTS;
const IPV6_HOSTS = 1024;
const IPV6_KEYS = IPV6_HOSTS * PORTS;
/** Shares no factor with the number of keys of either family, so that its multiples visit every key once. */
const STRIDE = 30_380_401;

/** How many different keys there are before they repeat. */
export const DISTINCT_KEYS = { ipv4: IPV4_KEYS, ipv6: IPV6_KEYS } as const;

const ENDED_KEPT = 4096;

/** Gives out addresses and ports: each one once, until one is asked for that was used before. */
export class ClientKeys {
  readonly #random: Random;
  readonly #ipv6Share: number;
  readonly #ended: number[] = [];
  #ipv4Given = 0;
  #ipv6Given = 0;

  constructor(random: Random, ipv6Share: number) {
    this.#random = random;
    this.#ipv6Share = ipv6Share;
  }

  /** A key that is not in use; `reused`: one that an ended connection had, where there is one. */
  take(reused: boolean): number {
    if (reused && this.#ended.length > 0) {
      const at = this.#random.below(this.#ended.length);
      const key = this.#ended[at] as number;
      const last = this.#ended.pop() as number;
      if (at < this.#ended.length) this.#ended[at] = last;
      return key;
    }
    if (this.#random.unit() < this.#ipv6Share) return IPV4_KEYS + ((this.#ipv6Given++ * STRIDE) % IPV6_KEYS);
    return (this.#ipv4Given++ * STRIDE) % IPV4_KEYS;
  }

  /** The connection that used the key has ended. */
  release(key: number): void {
    if (this.#ended.length < ENDED_KEPT) this.#ended.push(key);
    else this.#ended[this.#random.below(ENDED_KEPT)] = key;
  }
}

/** Texts of addresses as bytes, by number of the host of a key. */
export const HOSTS: readonly Uint8Array[] = [
  ...['192.0.2', '198.51.100', '203.0.113'].flatMap((network) =>
    Array.from({ length: 254 }, (_, host) => Buffer.from(`${network}.${host + 1}`, 'latin1')),
  ),
  ...Array.from({ length: IPV6_HOSTS }, (_, host) =>
    Buffer.from(`2001:db8:${(host >> 6) + 1}::${(host & 63) + 1}`, 'latin1'),
  ),
];

export function hostOf(key: number): number {
  return key < IPV4_KEYS ? Math.floor(key / PORTS) : IPV4_HOSTS + Math.floor((key - IPV4_KEYS) / PORTS);
}

export function portOf(key: number): number {
  return FIRST_PORT + (key < IPV4_KEYS ? key % PORTS : (key - IPV4_KEYS) % PORTS);
}
