import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';
import { Failure } from '../extraction.ts';
import { compileTarget } from './target.ts';
import { readJsonObject } from '../runtime/json-reader.ts';
import { compileSource } from './source-text.ts';

/**
 * `json { source target array_function }`. Members become tokens of their own kinds. Arrays are addressable by index and
 * usable in loops with `split_columns` and without.
 */
export function compileJsonFilter(options: FilterOptions): Operation {
  const read = compileSource(options.required('source'), 'json');
  const store = compileTarget(options.text('target'));
  return (state) => {
    const text = read(state);
    if (text instanceof Failure) return text;
    const object = readJsonObject(text, (values) => state.countValues(values));
    if (object instanceof Failure) return new Failure(`json failure: failed to parse JSON: ${object.message}`);
    return store(state, object);
  };
}
