/** An element, by the local names of itself and its attributes. */
export class XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Texts (never two in a row) and elements, in the order of the document. */
  readonly children: (XmlElement | string)[] = [];
  /** The element's place in the order of the document. */
  readonly order: number;

  constructor(name: string, attributes: ReadonlyMap<string, string>, order: number) {
    this.name = name;
    this.attributes = attributes;
    this.order = order;
  }
}

/** The text of an element and of all within it. */
export function innerText(element: XmlElement): string {
  const [only] = element.children;
  if (element.children.length <= 1 && !(only instanceof XmlElement)) {
    return only ?? '';
  }
  return element.children.map((child) => (typeof child === 'string' ? child : innerText(child))).join('');
}

/** The part of a name behind its prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
