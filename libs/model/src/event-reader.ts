import { isUtf8 } from 'node:buffer';
import {
  decodeJsonString,
  type FieldTable,
  KnownNames,
  SCAN,
  type ScanResult,
  ShapeScanner,
} from '@logweave/json-bytes';
import { type CorrelationKey, correlationKey, type KeyField } from './correlation-key.ts';
import type { EventTime } from './event-time.ts';
import { canonicalIp } from './ip-address.ts';
import { LIMITS } from './limits.ts';
import { readEventTime } from './read-event-time.ts';
import { type Rejection, reject } from './reasons.ts';
import type { Side } from './side.ts';

/** Where an event's time comes from: its own field, its arrival, or the arrival where the field is absent. */
export type TimePolicy = 'event_or_arrival' | 'event' | 'arrival';

export interface SourceRules {
  readonly side: Side;
  /** In the order of `KEY_FIELDS`; `src_ip` and `src_port` are always among them. */
  readonly keyFields: readonly KeyField[];
  readonly time: TimePolicy;
  /** An event time further ahead of its arrival than this is replaced by the arrival. */
  readonly maxFutureSkewMs: number;
}

/** Fields of a source event that mean something to the join. The indexes are used below and by the record writer. */
export const CORE_NAMES = ['src_ip', 'src_port', 'dst_ip', 'dst_port', 'timestamp', 'keepalives'] as const;
export const CORE = { srcIp: 0, srcPort: 1, dstIp: 2, dstPort: 3, timestamp: 4, keepalives: 5 } as const;

const SCAN_LIMITS = { depth: LIMITS.jsonDepth, keys: LIMITS.jsonKeys };
const known = new KnownNames(CORE_NAMES);

const QUOTE = 34;

/**
 * Checks one source line and reads what the join needs of it: key and time. The result stands in the reader's fields
 * until the next `read`, so that the common case allocates nothing.
 */
export class EventReader {
  readonly rules: SourceRules;
  readonly #scanner = new ShapeScanner(SCAN_LIMITS, coreFields);
  /** The line's fields, positions in the bytes given to `read`. */
  readonly table = this.#scanner.table;
  /** For each of `CORE_NAMES` the field that counts (the last of that name), or -1. */
  core: Int32Array = new Int32Array(CORE_NAMES.length);
  /** The event time; see `EventTime`. */
  ms = 0;
  ns = 0;
  /** The event time was too far in the future and the arrival stands in its place. */
  futureTimestamp = false;
  /** For the default key of an IPv4 address the address and port as one integer (48 bits), else -1. */
  packedKey = -1;

  readonly #time: EventTime = { ms: 0, ns: 0 };
  readonly #defaultKey: boolean;
  readonly #withDstIp: boolean;
  readonly #withDstPort: boolean;
  #longKey: CorrelationKey | null = null;

  constructor(rules: SourceRules) {
    this.rules = rules;
    this.#withDstIp = rules.keyFields.includes('dst_ip');
    this.#withDstPort = rules.keyFields.includes('dst_port');
    this.#defaultKey = !this.#withDstIp && !this.#withDstPort;
  }

  /**
   * Reads `bytes[start, end)`. `arrivalMs` is the record's timestamp, or null where there is no arrival (offline).
   * @returns null when the line is an event, or why it is not.
   */
  read(bytes: Uint8Array, start: number, end: number, arrivalMs: number | null): Rejection | null {
    const scanned = this.#scanner.scan(bytes, start, end);
    if (scanned !== SCAN.ok) return this.#refused(scanned, bytes, start, end);
    if (this.table.nonAscii && !isUtf8(bytes.subarray(start, end))) {
      return reject('bad_utf8', 'the line is not valid UTF-8');
    }
    this.core = this.#scanner.plan ?? coreFields(this.table, bytes);
    return this.#readKey(bytes) ?? this.#readTime(bytes, arrivalMs);
  }

  /** The canonical key of the event just read. */
  get key(): CorrelationKey {
    if (this.#longKey !== null) return this.#longKey;
    return unpackKey(this.packedKey);
  }

  #refused(result: ScanResult, bytes: Uint8Array, start: number, end: number): Rejection {
    const at = `at byte ${this.table.position - start}`;
    switch (result) {
      case SCAN.notAnObject:
        return reject('not_an_object', `the line is JSON but not an object (${at})`);
      case SCAN.tooDeep:
        return reject('too_deep', `nested deeper than ${LIMITS.jsonDepth} (${at})`);
      case SCAN.tooManyKeys:
        return reject('too_many_keys', `more than ${LIMITS.jsonKeys} names in the object (${at})`);
      default:
        return isUtf8(bytes.subarray(start, end))
          ? reject('bad_json', `the line is not JSON (${at})`)
          : reject('bad_utf8', 'the line is not valid UTF-8');
    }
  }

  #readKey(bytes: Uint8Array): Rejection | null {
    this.#longKey = null;
    this.packedKey = -1;
    const ip = this.core[CORE.srcIp] as number;
    const port = this.core[CORE.srcPort] as number;
    if (ip < 0 || isNull(bytes, this.table, ip)) return reject('missing_key', 'src_ip is missing');
    if (port < 0 || isNull(bytes, this.table, port)) return reject('missing_key', 'src_port is missing');
    const portValue = readPort(bytes, this.table, port);
    if (portValue < 0) return reject('bad_key', 'src_port is not a port from 0 to 65535');
    const quad = readDottedQuad(bytes, this.table.valueStart[ip] as number, this.table.valueEnd[ip] as number);
    if (quad >= 0 && this.#defaultKey) {
      this.packedKey = quad * 65536 + portValue;
      return null;
    }
    const text = readIp(bytes, this.table, ip);
    if (text === null) return reject('bad_key', 'src_ip is not an IP address');
    let dstIp: string | undefined;
    let dstPort: number | undefined;
    if (this.#withDstIp) {
      const field = this.core[CORE.dstIp] as number;
      if (field < 0 || isNull(bytes, this.table, field)) return reject('missing_key', 'dst_ip is missing');
      const canonical = readIp(bytes, this.table, field);
      if (canonical === null) return reject('bad_key', 'dst_ip is not an IP address');
      dstIp = canonical;
    }
    if (this.#withDstPort) {
      const field = this.core[CORE.dstPort] as number;
      if (field < 0 || isNull(bytes, this.table, field)) return reject('missing_key', 'dst_port is missing');
      dstPort = readPort(bytes, this.table, field);
      if (dstPort < 0) return reject('bad_key', 'dst_port is not a port from 0 to 65535');
    }
    if (this.#defaultKey && !text.includes(':')) {
      // An IPv4-mapped address: the same connection as its IPv4 form, so the same kind of key.
      const bytesOfIp = Buffer.from(`"${text}"`, 'latin1');
      this.packedKey = readDottedQuad(bytesOfIp, 0, bytesOfIp.length) * 65536 + portValue;
      return null;
    }
    this.#longKey = correlationKey(text, portValue, { ip: dstIp, port: dstPort });
    return null;
  }

  #readTime(bytes: Uint8Array, arrivalMs: number | null): Rejection | null {
    this.futureTimestamp = false;
    const field = this.core[CORE.timestamp] as number;
    const { rules } = this;
    const absent = field < 0 || isNull(bytes, this.table, field);
    if (rules.time === 'arrival' || (absent && rules.time === 'event_or_arrival')) {
      if (arrivalMs === null) return reject('bad_timestamp', 'timestamp is missing, and there is no arrival to take');
      this.ms = Math.floor(arrivalMs);
      this.ns = 0;
      return null;
    }
    if (absent) return reject('bad_timestamp', 'timestamp is missing');
    const { valueStart, valueEnd } = this.table;
    if (!readEventTime(bytes, valueStart[field] as number, valueEnd[field] as number, this.#time)) {
      return reject('bad_timestamp', 'timestamp is neither a number of time nor RFC 3339');
    }
    const { ms, ns } = this.#time;
    if (arrivalMs !== null && ms > arrivalMs + rules.maxFutureSkewMs) {
      this.futureTimestamp = true;
      this.ms = Math.floor(arrivalMs);
      this.ns = 0;
      return null;
    }
    this.ms = ms;
    this.ns = ns;
    return null;
  }
}

/** For each of `CORE_NAMES` the last field of that name, or -1. */
function coreFields(table: FieldTable, bytes: Uint8Array): Int32Array {
  const core = new Int32Array(CORE_NAMES.length).fill(-1);
  for (let i = 0; i < table.count; i++) {
    const index = known.of(bytes, table, i);
    if (index >= 0) core[index] = i;
  }
  return core;
}

/** The canonical text of a packed IPv4 key. */
export function unpackKey(packedKey: number): CorrelationKey {
  const ip = Math.floor(packedKey / 65536);
  const port = packedKey % 65536;
  return `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}:${port}` as CorrelationKey;
}

function isNull(bytes: Uint8Array, table: FieldTable, field: number): boolean {
  return bytes[table.valueStart[field] as number] === 110;
}

/** The value of a quoted strict dotted quad, or -1 for anything else. */
export function readDottedQuad(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== QUOTE) return -1;
  let value = 0;
  let dots = 0;
  let octet = -1;
  for (let i = start + 1; i < end - 1; i++) {
    const c = bytes[i] as number;
    if (c === 46) {
      if (octet === -1 || ++dots > 3) return -1;
      value = value * 256 + octet;
      octet = -1;
    } else if (c >= 48 && c <= 57 && octet !== 0) {
      octet = octet === -1 ? c - 48 : octet * 10 + c - 48;
      if (octet > 255) return -1;
    } else {
      return -1;
    }
  }
  return dots === 3 && octet !== -1 ? value * 256 + octet : -1;
}

/** The canonical text of a field that is an IP address, or null. */
export function readIp(bytes: Uint8Array, table: FieldTable, field: number): string | null {
  const start = table.valueStart[field] as number;
  const end = table.valueEnd[field] as number;
  if (bytes[start] !== QUOTE || end - start > 512) return null;
  return canonicalIp(decodeJsonString(bytes, start + 1, end - 1));
}

/** The port of a field that is an integer or a string of one to five digits, or -1. */
export function readPort(bytes: Uint8Array, table: FieldTable, field: number): number {
  let start = table.valueStart[field] as number;
  let end = table.valueEnd[field] as number;
  if (bytes[start] === QUOTE) {
    start++;
    end--;
    if (end - start < 1) return -1;
    if (end - start > 5) return readEscapedPort(bytes, start, end);
  } else if (bytes[start] === 45) {
    // JSON has a minus zero, and it is zero.
    return end - start === 2 && bytes[start + 1] === 48 ? 0 : -1;
  }
  let port = 0;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] as number) - 48;
    if (digit < 0 || digit > 9) return -1;
    port = port * 10 + digit;
    if (port > 65535) return -1;
  }
  return port;
}

function readEscapedPort(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 30) return -1;
  const text = decodeJsonString(bytes, start, end);
  return /^[0-9]{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : -1;
}
