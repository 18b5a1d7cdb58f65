/** An element, by the local names of itself and its attributes. */
export class XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Texts (never two in a row) and elements, in the order of the document. */
  readonly children: (XmlElement | string)[] = [];
  /** The element's place in the order of the document. */
  readonly order: number;

  /** Built when first asked for: a parser reads many elements of one name by an attribute of theirs. */
  #index: Map<string, Map<string, XmlElement[]>> | null = null;

  constructor(name: string, attributes: ReadonlyMap<string, string>, order: number) {
    this.name = name;
    this.attributes = attributes;
    this.order = order;
  }

  /** The children of this name whose attribute has this value, in order. The document must be complete. */
  childrenWith(name: string, attribute: string, value: string): readonly XmlElement[] {
    this.#index ??= new Map();
    // Neither name can hold a blank.
    const key = `${name} ${attribute}`;
    let byValue = this.#index.get(key);
    if (byValue === undefined) {
      byValue = this.#indexOf(name, attribute);
      this.#index.set(key, byValue);
    }
    return byValue.get(value) ?? [];
  }

  #indexOf(name: string, attribute: string): Map<string, XmlElement[]> {
    const byValue = new Map<string, XmlElement[]>();
    for (const child of this.children) {
      if (typeof child === 'string' || child.name !== name) continue;
      const value = child.attributes.get(attribute);
      if (value === undefined) continue;
      const same = byValue.get(value);
      if (same === undefined) byValue.set(value, [child]);
      else same.push(child);
    }
    return byValue;
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
