import { Failure } from '../extraction.ts';
import { compileSource } from '../filters/source-text.ts';
import { compileXPathTemplate } from '../filters/xpath-template.ts';
import { setToken } from '../runtime/token-path.ts';
import type { ForStatement, LoopSource } from '../syntax/tree.ts';
import { evaluateAll } from '../xml/evaluate-xpath.ts';
import type { Step } from './step.ts';

/**
 * `for i, e in xml(message, /a/b[%{j}]/c) { … }`: a turn per element, `i` from 1 as XPath counts, `e` its text. A text
 * that is missing or no XML gives no turns.
 */
export function compileXmlLoop(
  statement: ForStatement,
  source: Extract<LoopSource, { kind: 'xml' }>,
  body: Step,
): Step {
  const read = compileSource(source.token, 'xml');
  const xpath = compileXPathTemplate(source.xpath);
  const [index = 'index', element] = statement.names;
  return (state) => {
    state.countStatement();
    const text = read(state);
    const path = xpath(state);
    if (text instanceof Failure || path instanceof Failure) return undefined;
    const document = state.readXml(text);
    if (document instanceof Failure) return undefined;
    // Elements within elements have the same text again.
    const count = (characters: number) => state.countWork(characters);
    for (const [at, found] of evaluateAll(document, path, count).entries()) {
      state.countLoopTurn();
      setToken(state, [index], at + 1);
      if (element !== undefined) setToken(state, [element], found);
      const stop = body(state);
      if (stop !== undefined) return stop;
    }
    return undefined;
  };
}
