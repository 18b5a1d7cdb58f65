import type { ValueMap } from '@logweave/udm';
import { Failure } from '../extraction.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { getToken, isMap, setToken } from '../runtime/token-path.ts';

/** Stores what a filter extracted: under the target if there is one, else as tokens of the root. */
export function compileTarget(
  target: string | undefined,
): (state: ParserState, found: ValueMap) => Failure | undefined {
  if (target === undefined || target === '') {
    return (state, found) => {
      for (const [key, value] of found) state.tokens.set(key, value);
      return undefined;
    };
  }
  const path = compilePath(target);
  return (state, found) => {
    const names = path.resolve(state);
    if (names instanceof Failure) return names;
    const existing = getToken(state, names);
    if (!isMap(existing)) setToken(state, names, found);
    else for (const [key, value] of found) existing.set(key, value);
    return undefined;
  };
}
