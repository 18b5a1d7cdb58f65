import type { UdmJson } from '@logweave/udm';

/** Fields whose share of events is watched: what searches and detections stand on. At most 31, one bit each. */
export const WATCHED_FIELDS: readonly (readonly string[])[] = [
  ['metadata', 'eventTimestamp'],
  ['metadata', 'eventType'],
  ['metadata', 'productEventType'],
  ['metadata', 'productName'],
  ['metadata', 'vendorName'],
  ['principal', 'hostname'],
  ['principal', 'ip'],
  ['principal', 'port'],
  ['principal', 'user'],
  ['principal', 'process'],
  ['target', 'hostname'],
  ['target', 'ip'],
  ['target', 'port'],
  ['target', 'url'],
  ['target', 'user'],
  ['target', 'file'],
  ['target', 'process'],
  ['src'],
  ['observer'],
  ['intermediary'],
  ['about'],
  ['network', 'applicationProtocol'],
  ['network', 'http'],
  ['network', 'dns'],
  ['network', 'tls'],
  ['securityResult'],
  ['extensions'],
  ['additional'],
];

/** Which of the fields have a value, as bits in their order. */
export function filledFields(event: UdmJson): number {
  let filled = 0;
  for (let at = 0; at < WATCHED_FIELDS.length; at++) if (hasValue(event, WATCHED_FIELDS[at] ?? [])) filled |= 1 << at;
  return filled;
}

function hasValue(event: UdmJson, path: readonly string[]): boolean {
  let value: unknown = event;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as UdmJson)[name];
  }
  return value !== undefined;
}
