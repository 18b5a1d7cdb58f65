import { Failure } from '../extraction.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { compileTemplate } from '../runtime/template.ts';
import { getToken } from '../runtime/token-path.ts';
import { compileXPath, type XPath, XPathCache } from '../xml/compile-xpath.ts';

/** Finds the XPath of a filter for the log at hand: at load, unless the index of a loop stands in it. */
export type XPathOf = (state: ParserState) => XPath | Failure;

/** Compiled paths are kept for the next log, so what a log puts into them must not be large. */
const PATH_LENGTH_LIMIT = 4_096;

/** `/Event/Data[%{i}]/@Name`. A token in it may be a text or the index of a loop. */
export function compileXPathTemplate(text: string): XPathOf {
  const template = compileTemplate(text);
  if (template.constant !== null) {
    const path = compileXPath(text);
    return () => path;
  }
  const cache = new XPathCache();
  return (state) => {
    let filled = '';
    for (const part of template.parts) {
      const value = typeof part === 'string' ? part : getToken(state, part.names);
      if (typeof value !== 'string' && typeof value !== 'number') {
        return new Failure(`source field "${typeof part === 'string' ? part : part.path}": field not set`);
      }
      filled += String(value);
      if (filled.length > PATH_LENGTH_LIMIT) {
        return new Failure(`XPath of more than ${PATH_LENGTH_LIMIT} characters`);
      }
    }
    return cache.get(filled);
  };
}
