import { innerText, localName, type XmlElement } from './xml-document.ts';

export interface Predicate {
  /** Whether an element stays, by itself and its place (from 1) among those that got as far as this predicate. */
  holds(element: XmlElement, position: number, count: number): boolean;
  /** Given when the predicate is just this: `@attribute='value'`. */
  readonly equality?: { readonly attribute: string; readonly value: string };
}

const TERM =
  /^(?:(@|)([\p{L}_][\p{L}\p{N}_.:-]*)|(text\(\)|\.)|((?:local-)?name\(\)))\s*(?:(=|!=)\s*(?:'([^']*)'|"([^"]*)"|(\d+)))?$/u;

/**
 * What stands in brackets: a place (`2`, `last()`, `position()=2`), or terms joined by `and`: `@a`, `@a='x'`, `b`, `b='x'`,
 * `.='x'`, `text()='x'`, `local-name()='x'`, each with `!=` as well. Undefined for anything else.
 */
export function compilePredicate(content: string): Predicate | undefined {
  const text = content.trim();
  const place = /^(?:position\(\)\s*=\s*)?(\d+)$/.exec(text)?.[1];
  if (place !== undefined) {
    const wanted = Number(place);
    return { holds: (_, position) => position === wanted };
  }
  if (/^(?:position\(\)\s*=\s*)?last\(\)$/.test(text)) {
    return { holds: (_, position, count) => position === count };
  }
  const terms = partsOf(text).map((term) => compileTerm(term));
  const known = terms.filter((term) => term !== undefined);
  if (known.length < terms.length) return undefined;
  const equality = attributeEquality(text);
  const holds = (element: XmlElement) => known.every((term) => term(element));
  return equality === undefined ? { holds } : { holds, equality };
}

function attributeEquality(text: string): Predicate['equality'] {
  const [, attribute, single, double] = /^@([^\s='"]+)\s*=\s*(?:'([^']*)'|"([^"]*)")$/.exec(text) ?? [];
  const value = single ?? double;
  return attribute === undefined || value === undefined ? undefined : { attribute: localName(attribute), value };
}

/** The terms between `and`s that no quotes hold. */
function partsOf(text: string): readonly string[] {
  const parts = [''];
  for (const [token] of text.matchAll(/'[^']*'|"[^"]*"|\sand\s|[^]/g)) {
    if (/^\sand\s$/.test(token)) {
      parts.push('');
    } else {
      parts[parts.length - 1] += token;
    }
  }
  return parts.map((part) => part.trim());
}

function compileTerm(text: string): ((element: XmlElement) => boolean) | undefined {
  const match = TERM.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, mark, name, own, nameCall, operator, single, double, number] = match;
  const expected = single ?? double ?? number;
  const values = valuesOf(mark, name === undefined ? undefined : localName(name), own, nameCall);
  if (operator === undefined || expected === undefined) {
    return name === undefined ? undefined : (element) => values(element).length > 0;
  }
  const equal = operator === '=';
  return (element) => values(element).some((value) => (value === expected) === equal);
}

function valuesOf(
  mark: string | undefined,
  name: string | undefined,
  own: string | undefined,
  nameCall: string | undefined,
): (element: XmlElement) => readonly string[] {
  if (nameCall !== undefined) {
    return (element) => [element.name];
  }
  if (own !== undefined || name === undefined) {
    return (element) => [innerText(element)];
  }
  if (mark === '@') {
    return ({ attributes }) => {
      const value = attributes.get(name);
      return value === undefined ? [] : [value];
    };
  }
  return ({ children }) =>
    children.flatMap((child) => (typeof child !== 'string' && child.name === name ? [innerText(child)] : []));
}
