import type { XPath, XPathStep } from './compile-xpath.ts';
import { innerText, XmlElement } from './xml-document.ts';
import type { Predicate } from './xpath-predicate.ts';

/**
 * The text of the first match in the order of the document: of an element all text within it, of `text()` its own first
 * text, of an attribute its value. Undefined where nothing matches; an empty element gives ''.
 */
export function evaluate(document: XmlElement, path: XPath): string | undefined {
  for (const element of select(document, path.steps)) {
    const value = resultOf(element, path.result);
    if (value !== undefined) {
      return value;
    }
  }
  return undefined;
}

/** How many elements, texts or attributes match. */
export function count(document: XmlElement, path: XPath): number {
  return evaluateAll(document, path).length;
}

/**
 * The texts of all matches, as `evaluate` reads them, in the order of the document. `count` is told the length of each, and
 * may throw to end it.
 */
export function evaluateAll(
  document: XmlElement,
  path: XPath,
  count: (characters: number) => void = () => {},
): readonly string[] {
  const texts: string[] = [];
  for (const element of select(document, path.steps)) {
    const found = resultOf(element, path.result);
    if (found === undefined) continue;
    count(found.length);
    texts.push(found);
  }
  return texts;
}

function resultOf(element: XmlElement, result: XPath['result']): string | undefined {
  if (result === 'element') {
    return innerText(element);
  }
  if (result === 'text') {
    return element.children.find((child) => typeof child === 'string');
  }
  return element.attributes.get(result.attribute);
}

/** All elements that the steps lead to, each once, in the order of the document: time grows with its size, not its shape. */
function select(document: XmlElement, steps: readonly XPathStep[]): readonly XmlElement[] {
  let elements: readonly XmlElement[] = [document];
  let mayNest = false;
  for (const step of steps) {
    const parents = step.axis === 'child' ? elements : withDescendants(elements, mayNest);
    mayNest ||= step.axis === 'descendant';
    const [only] = parents;
    const found =
      parents.length === 1 && only !== undefined
        ? childrenOf(only, step)
        : parents.flatMap((parent) => childrenOf(parent, step));
    elements = mayNest ? found.toSorted((a, b) => a.order - b.order) : found;
  }
  return elements;
}

function withDescendants(elements: readonly XmlElement[], mayNest: boolean): readonly XmlElement[] {
  const all: XmlElement[] = [];
  const add = (element: XmlElement): void => {
    all.push(element);
    for (const child of element.children) {
      if (child instanceof XmlElement) {
        add(child);
      }
    }
  };
  let last = -1;
  for (const element of elements) {
    // In document order, an element within the one before it has been added with that one.
    if (!mayNest || element.order > last) {
      add(element);
      last = all.at(-1)?.order ?? last;
    }
  }
  return all;
}

function childrenOf(parent: XmlElement, { name, predicates }: XPathStep): readonly XmlElement[] {
  const equality = name === undefined ? undefined : predicates[0]?.equality;
  if (name !== undefined && equality !== undefined) {
    return filtered(parent.childrenWith(name, equality.attribute, equality.value), predicates.slice(1));
  }
  const found: XmlElement[] = [];
  for (const child of parent.children) {
    if (typeof child !== 'string' && (name === undefined || child.name === name)) {
      found.push(child);
    }
  }
  return filtered(found, predicates);
}

function filtered(elements: readonly XmlElement[], predicates: readonly Predicate[]): readonly XmlElement[] {
  let found = elements;
  for (const predicate of predicates) {
    const { length } = found;
    found = found.filter((element, index) => predicate.holds(element, index + 1, length));
  }
  return found;
}
