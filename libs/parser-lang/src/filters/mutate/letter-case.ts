import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { Failure } from '../../extraction.ts';
import { compilePath } from '../../runtime/dynamic-path.ts';
import { getToken, kindOf, setToken } from '../../runtime/token-path.ts';

/** `uppercase => ["token"]` and `lowercase => ["token"]`, for texts and the texts of a list. */
export function compileLetterCase(options: FilterOptions, name: 'uppercase' | 'lowercase'): readonly Operation[] {
  const change = name === 'uppercase' ? (text: string) => text.toUpperCase() : (text: string) => text.toLowerCase();
  return options.list(name).map(({ text: field }): Operation => {
    const path = compilePath(field);
    return (state) => {
      const names = path.resolve(state);
      if (names instanceof Failure) return new Failure(`${name} failure: ${names.message}`);
      const value = getToken(state, names);
      if (value === undefined) return new Failure(`${name} failure: field "${field}" not set`);
      if (typeof value === 'string') {
        state.countToken(value.length);
        setToken(state, names, change(value));
        return undefined;
      }
      if (!Array.isArray(value)) {
        return new Failure(`${name} failure: field "${field}" must be a string, it is a ${kindOf(value)}`);
      }
      state.countValues(value.length);
      for (const item of value) if (typeof item === 'string') state.countWork(item.length);
      setToken(
        state,
        names,
        value.map((item) => (typeof item === 'string' ? change(item) : item)),
      );
      return undefined;
    };
  });
}
