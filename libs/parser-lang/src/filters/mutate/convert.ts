import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { convert, isConvertKind } from '../../convert/convert.ts';
import { Failure } from '../../extraction.ts';
import { compilePath } from '../../runtime/dynamic-path.ts';
import { getToken, setToken } from '../../runtime/token-path.ts';

/** `convert => { "token" => "kind" }`: the value in another kind; when it does not fit, the token stays as it was. */
export function compileConvert(options: FilterOptions): readonly Operation[] {
  return options.pairs('convert').map(({ key, text: kind, span }): Operation => {
    const path = compilePath(key);
    if (!isConvertKind(kind)) {
      // The reference engine loads such a parser; the conversion fails for every log.
      options.context.warning(`unknown kind "${kind}" in convert`, 'see the kinds of convert', span);
      return () => new Failure(`convert failure: field "${key}": unknown type "${kind}"`);
    }
    return (state) => {
      const names = path.resolve(state);
      if (names instanceof Failure) return new Failure(`convert failure: ${names.message}`);
      const value = getToken(state, names);
      if (value === undefined) return new Failure(`convert failure: field "${key}" not set`);
      if (typeof value === 'string') state.countWork(value.length);
      const converted = convert(value, kind);
      if (converted instanceof Failure) {
        return new Failure(`convert failure: field "${key}": ${converted.message}`);
      }
      setToken(state, names, converted);
      return undefined;
    };
  });
}
