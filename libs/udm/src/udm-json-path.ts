import { isJsonObject, type UdmJson } from './udm-json.ts';

/** The object in a field; undefined when there is none. */
export function objectIn(json: UdmJson | undefined, field: string): UdmJson | undefined {
  const value = json?.[field];
  return isJsonObject(value) ? value : undefined;
}

/** The text in a field; undefined when there is none. */
export function textIn(json: UdmJson | undefined, field: string): string | undefined {
  const value = json?.[field];
  return typeof value === 'string' ? value : undefined;
}

/** The elements of a repeated field; none when it is not set. */
export function listIn(json: UdmJson | undefined, field: string): readonly unknown[] {
  const value = json?.[field];
  return Array.isArray(value) ? value : [];
}
