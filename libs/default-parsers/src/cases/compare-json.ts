/** A place where two JSON values differ; a side that has nothing there is undefined. */
export interface Difference {
  /** As `events[0].target.ip[1]`. */
  readonly path: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** Where two JSON values differ, at the smallest values that do. The order of an object's members does not count. */
export function compareJson(expected: unknown, got: unknown, path = ''): readonly Difference[] {
  if (Array.isArray(expected) && Array.isArray(got)) {
    const length = Math.max(expected.length, got.length);
    return Array.from({ length }, (_, at) => compareJson(expected[at], got[at], `${path}[${at}]`)).flat();
  }
  if (isObject(expected) && isObject(got)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(got)]);
    return [...keys].flatMap((key) => compareJson(member(expected, key), member(got, key), joined(path, key)));
  }
  return Object.is(expected, got) ? [] : [{ path, expected, got }];
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(object: { readonly [key: string]: unknown }, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function joined(path: string, key: string): string {
  if (!/^[A-Za-z_]\w*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
