import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';
import { Failure } from '../extraction.ts';
import { compileKv, type KvOptions } from '../kv/compile-kv.ts';
import { compileSource } from './source-text.ts';
import { compileTarget } from './target.ts';

/**
 * `kv { source field_split value_split whitespace trim_key trim_value include_keys exclude_keys target
 * unescape_field_split unescape_value_split }`: each pair becomes a token.
 */
export function compileKvFilter(options: FilterOptions): Operation {
  const read = compileSource(options.required('source'), 'kv');
  const extract = compileKv(kvOptions(options));
  const store = compileTarget(options.text('target'));
  return (state) => {
    const text = read(state);
    if (text instanceof Failure) return text;
    const pairs = extract(text);
    if (pairs instanceof Failure) return new Failure(`kv failure: ${pairs.message}`);
    state.countValues(pairs.size);
    return store(state, pairs);
  };
}

function kvOptions(options: FilterOptions): KvOptions {
  const fieldSplit = options.text('field_split');
  const valueSplit = options.text('value_split');
  const trimValue = options.text('trim_value');
  const trimKey = options.text('trim_key');
  const includeKeys = options.list('include_keys').map(({ text }) => text);
  return {
    ...(fieldSplit === undefined ? {} : { fieldSplit }),
    ...(valueSplit === undefined ? {} : { valueSplit }),
    ...(trimValue === undefined ? {} : { trimValue }),
    ...(trimKey === undefined ? {} : { trimKey }),
    ...(includeKeys.length === 0 ? {} : { includeKeys }),
    excludeKeys: options.list('exclude_keys').map(({ text }) => text),
    whitespace: options.text('whitespace') === 'strict' ? 'strict' : 'lenient',
    unescapeFieldSplit: options.flag('unescape_field_split'),
    unescapeValueSplit: options.flag('unescape_value_split'),
  };
}
