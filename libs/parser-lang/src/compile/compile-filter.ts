import { compileBase64Filter } from '../filters/base64.ts';
import { compileCsvFilter } from '../filters/csv.ts';
import { compileDateFilter } from '../filters/date.ts';
import { compileDropFilter } from '../filters/drop.ts';
import { compileGrokFilter } from '../filters/grok.ts';
import { compileJsonFilter } from '../filters/json.ts';
import { compileKvFilter } from '../filters/kv.ts';
import { compileMutateFilter } from '../filters/mutate/compile-mutate.ts';
import { compileStatedumpFilter } from '../filters/statedump.ts';
import { compileTranslateFilter } from '../filters/translate.ts';
import { compileXmlFilter } from '../filters/xml.ts';
import type { FilterOptions } from './compile-context.ts';
import type { Operation } from './step.ts';

const FILTERS: ReadonlyMap<string, (options: FilterOptions) => Operation> = new Map([
  ['base64', compileBase64Filter],
  ['csv', compileCsvFilter],
  ['date', compileDateFilter],
  ['drop', compileDropFilter],
  ['grok', compileGrokFilter],
  ['json', compileJsonFilter],
  ['kv', compileKvFilter],
  ['mutate', compileMutateFilter],
  ['statedump', compileStatedumpFilter],
  ['translate', compileTranslateFilter],
  ['xml', compileXmlFilter],
]);

export const FILTER_NAMES: readonly string[] = [...FILTERS.keys()];

/** What the filter does for a log. Problems go to the context. */
export function compileFilter(options: FilterOptions): Operation {
  const { name, nameSpan } = options.statement;
  const compile = FILTERS.get(name);
  if (compile !== undefined) return compile(options);
  if (name === 'code') {
    const hint = 'write the same with the filters of the language';
    options.context.error('"code" is not supported: no code of a parser is executed', hint, nameSpan);
  } else {
    options.context.error(`unknown filter "${name}"`, `the filters are ${FILTER_NAMES.join(', ')}`, nameSpan);
  }
  return () => undefined;
}
