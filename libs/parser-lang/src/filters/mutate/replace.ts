import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { Failure } from '../../extraction.ts';
import { compilePath } from '../../runtime/dynamic-path.ts';
import { compileTemplate, fillTemplate } from '../../runtime/template.ts';
import { setToken } from '../../runtime/token-path.ts';

/** `replace => { "token" => "text with %{tokens}" }`: sets the token, with maps on the way to it. */
export function compileReplace(options: FilterOptions): readonly Operation[] {
  return options.pairs('replace').map(({ key, text }): Operation => {
    const path = compilePath(key);
    const template = compileTemplate(text);
    if (path.names !== null && template.constant !== null) {
      const { names } = path;
      const { constant } = template;
      return (state) => setToken(state, names, constant);
    }
    return (state) => {
      const names = path.resolve(state);
      if (names instanceof Failure) return new Failure(`replace failure: field "${key}": ${names.message}`);
      const value = fillTemplate(state, template);
      if (typeof value === 'string') return setToken(state, names, value);
      // A condition may name the token afterwards although it was not set.
      state.markAttempted(names[0] ?? '');
      return new Failure(`replace failure: field "${key}": ${value.message}`);
    };
  });
}
