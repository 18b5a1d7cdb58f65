import type { ValueMap } from '@logweave/udm';
import { Failure } from '../extraction.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { getToken, isMap, namesOf, setIn, setToken } from '../runtime/token-path.ts';

/**
 * Stores what a filter extracted: under the target if there is one, else as tokens of the root. An object goes into the
 * map that stands there already, member by member, so that declared defaults stay where the log has nothing.
 */
export function compileTarget(
  target: string | undefined,
): (state: ParserState, found: ValueMap) => Failure | undefined {
  if (target === undefined || target === '') {
    return (state, found) => {
      storeInto(state.tokens, found);
      return undefined;
    };
  }
  const path = compilePath(target);
  return (state, found) => {
    const names = path.resolve(state);
    if (names instanceof Failure) return names;
    const existing = getToken(state, names);
    if (isMap(existing)) storeInto(existing, found);
    else {
      const made: ValueMap = new Map();
      storeInto(made, found);
      setToken(state, names, made);
    }
    return undefined;
  };
}

function storeInto(holder: ValueMap, found: ValueMap): void {
  for (const [key, value] of found) {
    if (key.includes('.')) {
      setIn(holder, namesOf(key), value);
      continue;
    }
    const existing = isMap(value) ? holder.get(key) : undefined;
    if (isMap(existing) && isMap(value)) storeInto(existing, value);
    else holder.set(key, value);
  }
}
