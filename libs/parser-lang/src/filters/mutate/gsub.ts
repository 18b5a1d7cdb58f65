import { compileTemplate, type LinearRegExp } from '@logweave/grok';
import { compileExpression } from '../../compile/compile-condition.ts';
import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { Failure } from '../../extraction.ts';
import { compilePath } from '../../runtime/dynamic-path.ts';
import { getToken, kindOf, setToken } from '../../runtime/token-path.ts';

/** `gsub => [ "token", "expression", "replacement", … ]`. */
export function compileGsub(options: FilterOptions): readonly Operation[] {
  const items = options.list('gsub');
  if (items.length % 3 !== 0) {
    const hint = 'write gsub => ["token", "expression", "replacement"]';
    options.context.error('"gsub" needs its strings in threes', hint, options.statement.nameSpan);
    return [];
  }
  const operations: Operation[] = [];
  for (let at = 0; at + 2 < items.length; at += 3) {
    const [field, source, replacement] = items.slice(at, at + 3);
    if (field === undefined || source === undefined || replacement === undefined) break;
    const expression = compileExpression(source.text, source, options.context);
    // A replacement that cannot match anything changes nothing, as in the reference engine.
    if (expression !== null) operations.push(compileOne(field.text, expression, replacement.text, options));
  }
  return operations;
}

function compileOne(field: string, expression: LinearRegExp, text: string, options: FilterOptions): Operation {
  const path = compilePath(field);
  const guarded = options.text('on_error') !== undefined;
  const expand = compileTemplate(text, expression.groupNames);
  return (state) => {
    const names = path.resolve(state);
    if (names instanceof Failure) return new Failure(`gsub failure: ${names.message}`);
    const value = getToken(state, names);
    if (value === undefined) {
      // Nothing to do, unless the author asks to be told.
      return guarded ? new Failure(`gsub failure: field "${field}" not set`) : undefined;
    }
    if (typeof value !== 'string') {
      return new Failure(`gsub failure: field "${field}" must be a string, it is a ${kindOf(value)}`);
    }
    state.countWork(value.length);
    let written = 0;
    const replaced = expression.replaceAll(value, (groups) => {
      const put = expand(groups);
      // Looked at on the way: what many replacements make may be longer than a string can be.
      written += put.length;
      state.checkToken(written);
      return put;
    });
    state.countToken(replaced.length);
    setToken(state, names, replaced);
    return undefined;
  };
}
