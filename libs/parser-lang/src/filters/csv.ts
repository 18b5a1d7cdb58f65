import type { ValueMap } from '@logweave/udm';
import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';
import { compileCsv, csvColumnName } from '../csv/compile-csv.ts';
import { Failure } from '../extraction.ts';
import { compileSource } from './source-text.ts';
import { compileTarget } from './target.ts';

/** `csv { source separator unescape_separator lazy_quotes columns target }`: the fields become `column1`, `column2`, … */
export function compileCsvFilter(options: FilterOptions): Operation {
  const read = compileSource(options.required('source'), 'csv');
  const separator = options.text('separator');
  const extract = compileCsv({
    ...(separator === undefined ? {} : { separator }),
    unescapeSeparator: options.flag('unescape_separator'),
    lazyQuotes: options.flag('lazy_quotes'),
  });
  const columns = options.list('columns').map(({ text }) => text);
  const store = compileTarget(options.text('target'));
  return (state) => {
    const text = read(state);
    if (text instanceof Failure) return text;
    const fields = extract(text);
    if (fields instanceof Failure) return new Failure(`csv failure: ${fields.message}`);
    state.countValues(fields.length);
    const found: ValueMap = new Map();
    fields.forEach((field, at) => found.set(csvColumnName(at, columns), field));
    return store(state, found);
  };
}
