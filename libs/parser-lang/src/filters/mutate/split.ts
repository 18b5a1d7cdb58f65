import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { Failure } from '../../extraction.ts';
import { compilePath } from '../../runtime/dynamic-path.ts';
import { setToken } from '../../runtime/token-path.ts';
import { compileSource } from '../source-text.ts';

/** Looking for a text takes time in proportion to its length as well, at worst. */
const SEPARATOR_LIMIT = 100;

/** `split => { source => "token" separator => "," target => "list" }`: a list of texts, for a loop. */
export function compileSplit(options: FilterOptions): readonly Operation[] {
  return options.hashes('split').map((hash): Operation => {
    const texts = new Map<string, string>();
    for (const { key, value } of hash.pairs) if (value.kind === 'string') texts.set(key, value.text);
    const source = texts.get('source');
    const separator = texts.get('separator') ?? ',';
    if (source === undefined || separator === '' || separator.length > SEPARATOR_LIMIT) {
      const hint = 'write split => { source => "a" separator => "," target => "b" }';
      const separators = `a separator of 1 to ${SEPARATOR_LIMIT} characters`;
      options.context.error(`"split" needs "source" and ${separators}`, hint, hash.span);
      return () => undefined;
    }
    const read = compileSource(source, 'split');
    const target = compilePath(texts.get('target') ?? source);
    return (state) => {
      const text = read(state);
      if (text instanceof Failure) return text;
      const names = target.resolve(state);
      if (names instanceof Failure) return new Failure(`split failure: ${names.message}`);
      const parts = text.split(separator);
      state.countValues(parts.length);
      setToken(state, names, parts);
      return undefined;
    };
  });
}
