import type { Value } from '@logweave/udm';
import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { Failure } from '../../extraction.ts';
import { compilePath } from '../../runtime/dynamic-path.ts';
import type { ParserState } from '../../runtime/parser-state.ts';
import { getToken, isMap, type PathNames, setToken } from '../../runtime/token-path.ts';

const OUTPUT = '@output';

/**
 * `merge => { "list" => "token" }`: appends the token's value, each element when it is a list itself. A map is not copied:
 * what is set in it later shows in the list as well, until the token is set anew. Only `@output` takes copies. A token
 * that is not set is passed over, and says so to `on_error`.
 */
export function compileMerge(options: FilterOptions): readonly Operation[] {
  const pairs = options.pairs('merge');
  // Nothing can change the builder any more, so what is put out need not be a copy of it.
  const append = options.isLast && pairs.length === 1 ? appendItself : appendCopy;
  return pairs.map(({ key, text }): Operation => {
    const path = compilePath(key);
    const read = compileSourceValue(text);
    const guarded = options.text('on_error') !== undefined;
    const store = key === OUTPUT ? append : mergeInto;
    return (state) => {
      const names = path.resolve(state);
      if (names instanceof Failure) return new Failure(`merge failure: ${names.message}`);
      const value = read(state);
      if (value instanceof Failure) return guarded ? new Failure(`merge failure: ${value.message}`) : undefined;
      store(state, names, value);
      return undefined;
    };
  });
}

/** The value of the token that the text names. */
function compileSourceValue(text: string): (state: ParserState) => Value | Failure {
  const path = compilePath(text);
  return (state) => {
    const names = path.resolve(state);
    if (names instanceof Failure) return names;
    return getToken(state, names) ?? new Failure(`merge source field "${text}" not set`);
  };
}

function appendItself(state: ParserState, _names: PathNames, value: Value): void {
  for (const item of Array.isArray(value) ? value : [value]) state.addOutput(item);
}

function appendCopy(state: ParserState, _names: PathNames, value: Value): void {
  for (const item of Array.isArray(value) ? value : [value]) state.addOutput(state.copy(item));
}

function mergeInto(state: ParserState, names: PathNames, value: Value): void {
  if (isMap(value) && value.size === 0) return;
  const target = getToken(state, names);
  if (isMap(target) && isMap(value)) {
    state.countValues(value.size);
    for (const [key, item] of value) target.set(key, item);
    return;
  }
  const list = listOf(target);
  if (Array.isArray(value)) {
    // A list may be merged into itself, which doubles it: what it is made of is paid for.
    state.countValues(value.length);
    for (const item of value.slice()) list.push(item);
  } else if (value !== '') list.push(value);
  if (list !== target) setToken(state, names, list);
}

/** The list to append to: text that stands there already is its first element, the empty text is none. */
function listOf(target: Value | undefined): Value[] {
  if (Array.isArray(target)) return target;
  return target === undefined || target === '' ? [] : [target];
}
