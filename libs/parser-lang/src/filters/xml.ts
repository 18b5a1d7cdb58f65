import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';
import { Failure } from '../extraction.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import { setToken } from '../runtime/token-path.ts';
import { evaluate } from '../xml/evaluate-xpath.ts';
import { compileSource } from './source-text.ts';
import { compileXPathTemplate } from './xpath-template.ts';

const WALK_WORK = 2;

/** `xml { source xpath => { "/path" => "token" } }`: a path that finds nothing leaves its token alone. */
export function compileXmlFilter(options: FilterOptions): Operation {
  const read = compileSource(options.required('source'), 'xml');
  const extractions = options.pairs('xpath').map(({ key, text }) => ({
    xpath: compileXPathTemplate(key),
    target: compilePath(text),
  }));
  return (state) => {
    const text = read(state);
    if (text instanceof Failure) return text;
    const document = state.readXml(text);
    if (document instanceof Failure) return new Failure(`xml failure: ${document.message}`);
    for (const { xpath, target } of extractions) {
      const path = xpath(state);
      if (path instanceof Failure) return new Failure(`xml failure: ${path.message}`);
      const names = target.resolve(state);
      if (names instanceof Failure) return new Failure(`xml failure: ${names.message}`);
      // Each path walks the document, which costs more than reading its text.
      state.countWork(WALK_WORK * text.length);
      const found = evaluate(document, path);
      if (found === undefined) continue;
      state.countToken(found.length);
      setToken(state, names, found);
    }
    return undefined;
  };
}
