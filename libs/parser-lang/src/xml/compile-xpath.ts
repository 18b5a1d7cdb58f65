import { Failure, quoted } from '../extraction.ts';
import { compilePredicate, type Predicate } from './xpath-predicate.ts';
import { localName } from './xml-document.ts';

/** One step from an element to some of its children, or of all elements below it. */
export interface XPathStep {
  readonly axis: 'child' | 'descendant';
  /** A local name; undefined for `*`. */
  readonly name: string | undefined;
  readonly predicates: readonly Predicate[];
}

/** A path that is ready to be evaluated. */
export interface XPath {
  readonly steps: readonly XPathStep[];
  /** What is read of the elements that the steps lead to. */
  readonly result: 'element' | 'text' | { readonly attribute: string };
}

const STEP = /(\/\/?)\s*(@?)\s*([\p{L}_][\p{L}\p{N}_.:-]*|\*)(\(\))?\s*((?:\[(?:[^\]'"]|'[^']*'|"[^"]*")*\]\s*)*)/uy;
const PREDICATE = /\[((?:[^\]'"]|'[^']*'|"[^"]*")*)\]/g;

/**
 * The part of XPath that parsers use: paths from the top (`/Event/System`) and `//x` anywhere, `*`, the predicates of
 * `compilePredicate`, and at the end perhaps `@attribute` or `text()`. Prefixes of names are skipped: elements and
 * attributes count by their local names.
 */
export function compileXPath(path: string): XPath | Failure {
  const text = path.trim();
  const absolute = text.startsWith('/') ? text : `/${text}`;
  const steps: XPathStep[] = [];
  let result: XPath['result'] = 'element';
  for (let at = 0; at < absolute.length; ) {
    STEP.lastIndex = at;
    const match = STEP.exec(absolute);
    if (match === null || result !== 'element') {
      return invalid(path);
    }
    const [whole, slashes, mark, name = '', call, brackets = ''] = match;
    at += whole.length;
    const axis = slashes === '//' ? 'descendant' : 'child';
    if (mark === '@' || call !== undefined) {
      // `/a//@b` and predicates on attributes or texts do not occur.
      if (
        axis === 'descendant' ||
        brackets !== '' ||
        name === '*' ||
        (call !== undefined && (mark !== '' || name !== 'text'))
      ) {
        return invalid(path);
      }
      result = mark === '@' ? { attribute: localName(name) } : 'text';
      continue;
    }
    const predicates: Predicate[] = [];
    for (const [, content = ''] of brackets.matchAll(PREDICATE)) {
      const predicate = compilePredicate(content);
      if (predicate === undefined) {
        return invalid(path);
      }
      predicates.push(predicate);
    }
    steps.push({ axis, name: name === '*' ? undefined : localName(name), predicates });
  }
  return steps.length === 0 ? invalid(path) : { steps, result };
}

function invalid(path: string): Failure {
  return new Failure(`invalid XPath ${quoted(path)}`);
}

/** Compiles paths whose text is known only at run time, and keeps those used last. */
export class XPathCache {
  readonly #entries: number;
  readonly #paths = new Map<string, XPath | Failure>();

  constructor(options: { readonly entries: number } = { entries: 256 }) {
    this.#entries = options.entries;
  }

  get(path: string): XPath | Failure {
    const known = this.#paths.get(path);
    const compiled = known ?? compileXPath(path);
    // The order of a map is that of insertion: what was used last goes to the end.
    this.#paths.delete(path);
    this.#paths.set(path, compiled);
    if (this.#paths.size > this.#entries) {
      for (const [oldest] of this.#paths) {
        this.#paths.delete(oldest);
        break;
      }
    }
    return compiled;
  }
}
