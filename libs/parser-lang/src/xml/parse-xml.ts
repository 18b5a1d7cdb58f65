import { SaxesParser } from 'saxes';
import { Failure } from '../extraction.ts';
import { localName, XmlElement } from './xml-document.ts';

/** What a document may hold, so that a log cannot fill the memory or the stack. */
const MAX_DEPTH = 256;
const MAX_ELEMENTS = 200_000;

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const NO_ELEMENT = new Failure('XML syntax error: no element');

class XmlError extends Error {}

/**
 * Parses a text into an element that holds its top elements. As Go's decoder does, it lets text stand around the top
 * element and several top elements follow each other; everything else must be well-formed. Entities are the five that
 * XML defines and character references: those that a DOCTYPE declares are not looked at, so a reference to one fails.
 */
export function parseXml(text: string): XmlElement | Failure {
  const top = new XmlElement('', NO_ATTRIBUTES, 0);
  const open: XmlElement[] = [top];
  let elements = 0;
  let current = top;

  const parser = new SaxesParser({ fragment: true, xmlns: false });
  parser.on('error', (error) => {
    throw new XmlError(`XML syntax error: ${error.message}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length > MAX_DEPTH || elements >= MAX_ELEMENTS) {
      throw new XmlError(`XML of more than ${MAX_DEPTH} levels or ${MAX_ELEMENTS} elements`);
    }
    elements++;
    const element = new XmlElement(localName(name), attributesOf(attributes), elements);
    current.children.push(element);
    open.push(element);
    current = element;
  });
  parser.on('closetag', () => {
    open.pop();
    current = open.at(-1) ?? top;
  });
  const addText = (part: string): void => {
    const last = current.children.length - 1;
    const before = current.children[last];
    if (typeof before === 'string') {
      current.children[last] = before + part;
    } else {
      current.children.push(part);
    }
  };
  parser.on('text', addText);
  parser.on('cdata', addText);

  try {
    parser.write(text.slice(prologLength(text))).close();
  } catch (error) {
    if (error instanceof XmlError) {
      return new Failure(error.message);
    }
    throw error;
  }
  return elements === 0 ? NO_ELEMENT : top;
}

/**
 * The length of a declaration and a DOCTYPE, which a fragment must not have. The declaration is of no use: the text is
 * decoded already.
 */
function prologLength(text: string): number {
  const declaration = /^\s*<\?xml\s[^>]*\?>/.exec(text)?.[0].length ?? 0;
  const doctype = /\s*<!DOCTYPE\s[^[>]*(?:\[[^]*?\]\s*)?>/y;
  doctype.lastIndex = declaration;
  return declaration + (doctype.exec(text)?.[0].length ?? 0);
}

function attributesOf(attributes: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  let map: Map<string, string> | undefined;
  for (const name in attributes) {
    map ??= new Map();
    map.set(localName(name), attributes[name] ?? '');
  }
  return map ?? NO_ATTRIBUTES;
}

/** Parses texts, and remembers the last one: the paths of one filter, and loops over it, read the same text. */
export class XmlReader {
  #text: string | undefined;
  #document: XmlElement | Failure | undefined;

  read(text: string): XmlElement | Failure {
    if (this.#document === undefined || this.#text !== text) {
      this.#document = parseXml(text);
      this.#text = text;
    }
    return this.#document;
  }

  /** Lets go of the last text. */
  clear(): void {
    this.#text = undefined;
    this.#document = undefined;
  }
}
