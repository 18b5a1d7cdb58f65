import { ExactNumber, type Value, type ValueMap } from '@logweave/udm';
import type { ParserState } from './parser-state.ts';

/** The names of a path from the root down: `a.b.0` is `['a', 'b', '0']`. */
export type PathNames = readonly string[];

/** How many names of a path are looked at when it is written. */
const PATH_DEPTH_LIMIT = 64;

/** Nothing nests so deep but what holds itself, where a path of any length leads somewhere. */
const READ_DEPTH_LIMIT = 1_000;

export function isMap(value: Value | undefined): value is ValueMap {
  return value instanceof Map;
}

/** Splits at the dots. */
export function namesOf(path: string): PathNames {
  return path.includes('.') ? path.split('.') : [path];
}

/** The value at the path; undefined when nothing is there. JSON's null inside a list counts as nothing. */
export function getToken(state: ParserState, names: PathNames): Value | undefined {
  if (names.length > READ_DEPTH_LIMIT) return undefined;
  let value: Value | undefined = state.tokens.get(names[0] ?? '');
  for (let at = 1; at < names.length && value !== undefined; at++) value = child(value, names[at] ?? '');
  return value ?? undefined;
}

function child(value: Value, name: string): Value | undefined {
  if (value instanceof Map) return value.get(name);
  if (Array.isArray(value)) {
    const index = indexOf(name);
    return index === -1 ? undefined : value[index];
  }
  return undefined;
}

/** The index that a name stands for: digits without a leading zero, else -1. */
function indexOf(name: string): number {
  if (name === '0') return 0;
  return /^[1-9]\d{0,8}$/.test(name) ? Number(name) : -1;
}

/**
 * Sets the value at the path. Makes maps on the way, also in place of text that stands there; an element of a list is
 * set when the list has it or ends right before it.
 */
export function setToken(state: ParserState, names: PathNames, value: Value): undefined {
  setIn(state.tokens, names, value);
}

/** As `setToken`, below a map. */
export function setIn(map: ValueMap, names: PathNames, value: Value): void {
  const last = Math.min(names.length, PATH_DEPTH_LIMIT) - 1;
  let holder: ValueMap | Value[] = map;
  for (let at = 0; at < last; at++) {
    const name = names[at] ?? '';
    const next: Value | undefined = child(holder, name);
    if (isMap(next) || Array.isArray(next)) {
      holder = next;
      continue;
    }
    const made: ValueMap = new Map();
    put(holder, name, made);
    holder = made;
  }
  put(holder, names[last] ?? '', value);
}

function put(holder: ValueMap | Value[], name: string, value: Value): void {
  if (holder instanceof Map) {
    holder.set(name, value);
    return;
  }
  const index = indexOf(name);
  if (index !== -1 && index <= holder.length) holder[index] = value;
}

/** Takes the value at the path away and gives it; undefined when nothing is there. */
export function removeToken(state: ParserState, names: PathNames): Value | undefined {
  if (names.length === 1) {
    const name = names[0] ?? '';
    const value = state.tokens.get(name);
    if (value !== undefined) state.tokens.delete(name);
    return value ?? undefined;
  }
  const holder = getToken(state, names.slice(0, -1));
  const name = names.at(-1) ?? '';
  if (!isMap(holder) && !Array.isArray(holder)) return undefined;
  const value = child(holder, name);
  if (value !== undefined) takeOut(state, holder, name);
  return value ?? undefined;
}

function takeOut(state: ParserState, holder: ValueMap | Value[], name: string): void {
  if (holder instanceof Map) {
    holder.delete(name);
    return;
  }
  const index = indexOf(name);
  if (index === -1 || index >= holder.length) return;
  // What stands behind it moves.
  state.countWork(holder.length - index);
  holder.splice(index, 1);
}

/** The kind of a value as error messages name it. */
export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof ExactNumber) return 'number';
  if (value instanceof Map) return 'map';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
