/** A UDM record in proto3 JSON: camelCase names, 64-bit integers as strings, enums by name. */
export type UdmJson = { readonly [field: string]: unknown };

export type MutableJson = { [field: string]: unknown };

/** Sets a key that came from data. `__proto__` becomes a key like any other instead of the object's prototype. */
export function setOwn(target: MutableJson, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** A JSON object, as opposed to a list, a scalar or null. */
export function isJsonObject(value: unknown): value is UdmJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
