import { decodeBase64, isBase64Encoding } from '../base64/decode-base64.ts';
import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';
import { Failure } from '../extraction.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import { setToken } from '../runtime/token-path.ts';
import { compileSource } from './source-text.ts';

/** `base64 { source target encoding }`: decodes, into the source itself where no target is named. */
export function compileBase64Filter(options: FilterOptions): Operation {
  const source = options.required('source');
  const read = compileSource(source, 'base64');
  const target = compilePath(options.text('target') ?? source);
  const encoding = options.text('encoding') ?? 'Standard';
  if (!isBase64Encoding(encoding)) {
    const hint = 'the encodings are Standard, URL, RawStandard and RawURL';
    options.context.error(`unknown base64 encoding "${encoding}"`, hint, options.statement.nameSpan);
    return () => undefined;
  }
  return (state) => {
    const text = read(state);
    if (text instanceof Failure) return text;
    const names = target.resolve(state);
    if (names instanceof Failure) return new Failure(`base64 failure: ${names.message}`);
    const decoded = decodeBase64(text, encoding);
    if (decoded instanceof Failure) return new Failure(`base64 failure: ${decoded.message}`);
    setToken(state, names, decoded);
    return undefined;
  };
}
