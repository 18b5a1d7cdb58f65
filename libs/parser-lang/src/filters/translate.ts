import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';
import { Failure } from '../extraction.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import { setToken } from '../runtime/token-path.ts';
import { compileSource } from './source-text.ts';

/**
 * `translate { source target dictionary => { "from" => "to" } fallback }`: sets the target to what the dictionary has for
 * the source, else to the fallback; fails without either. The target is the source where none is named.
 */
export function compileTranslateFilter(options: FilterOptions): Operation {
  const source = options.required('source');
  const read = compileSource(source, 'translate');
  const target = compilePath(options.text('target') ?? source);
  const dictionary = new Map(options.pairs('dictionary').map(({ key, text }) => [key, text]));
  const fallback = options.text('fallback');
  return (state) => {
    const text = read(state);
    if (text instanceof Failure) return text;
    const translated = dictionary.get(text) ?? fallback;
    if (translated === undefined) return new Failure(`translate failure: the dictionary has no "${text}"`);
    const names = target.resolve(state);
    if (names instanceof Failure) return new Failure(`translate failure: ${names.message}`);
    return setToken(state, names, translated);
  };
}
