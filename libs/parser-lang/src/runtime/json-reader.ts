import type { Value, ValueMap } from '@logweave/udm';
import { Failure } from '../extraction.ts';

/** How deep objects and arrays may nest. */
const JSON_DEPTH_LIMIT = 64;

/** How many members one object may have. */
const JSON_MEMBER_LIMIT = 10_000;

/**
 * Reads a text that is one JSON object. Null members are left out, the last of equal keys wins, numbers are
 * doubles as in the reference engine, and a key with dots stands for maps within maps, as in every path of the language. As strict as Go's
 * encoding/json, whose words it fails with. `countValues` is told of what is made, and may throw to end it.
 */
export function readJsonObject(text: string, countValues: (values: number) => void = () => {}): ValueMap | Failure {
  const reader = new JsonReader(text, countValues);
  try {
    return reader.readObject();
  } catch (fault) {
    if (fault instanceof JsonFault) return new Failure(fault.message);
    throw fault;
  }
}

class JsonFault extends Error {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;

class JsonReader {
  readonly #text: string;
  readonly #countValues: (values: number) => void;
  #at = 0;

  constructor(text: string, countValues: (values: number) => void) {
    this.#text = text;
    this.#countValues = countValues;
  }

  readObject(): ValueMap {
    if (this.#next() !== 0x7b) {
      throw this.#at >= this.#text.length
        ? new JsonFault('unexpected end of JSON input')
        : new JsonFault(`invalid JSON object: found ${this.#character()}, expected '{'`);
    }
    const map = this.#object(1);
    if (!Number.isNaN(this.#next())) {
      throw new JsonFault(`invalid character ${this.#character()} after top-level value`);
    }
    return map;
  }

  /** The next character that is no blank, NaN at the end. */
  #next(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.#at++;
    }
  }

  #object(depth: number): ValueMap {
    this.#checkDepth(depth);
    this.#at++;
    const map: ValueMap = new Map();
    if (this.#next() === 0x7d) {
      this.#countValues(1);
      this.#at++;
      return map;
    }
    for (;;) {
      if (this.#next() !== QUOTE) throw this.#unexpected('looking for beginning of object key string');
      const key = this.#string();
      if (this.#next() !== 0x3a) throw this.#unexpected('after object key');
      this.#at++;
      const value = this.#value(depth);
      if (key.includes('.')) setNested(map, key, value);
      else if (value === null) map.delete(key);
      else map.set(key, value);
      if (map.size > JSON_MEMBER_LIMIT) throw new JsonFault(`an object has more than ${JSON_MEMBER_LIMIT} members`);
      const code = this.#next();
      if (code !== 0x2c && code !== 0x7d) throw this.#unexpected('after object key:value pair');
      this.#at++;
      if (code !== 0x7d) continue;
      this.#countValues(1 + map.size);
      return map;
    }
  }

  #array(depth: number): Value[] {
    this.#checkDepth(depth);
    this.#at++;
    const list: Value[] = [];
    if (this.#next() === 0x5d) {
      this.#countValues(1);
      this.#at++;
      return list;
    }
    for (;;) {
      list.push(this.#value(depth));
      const code = this.#next();
      if (code !== 0x2c && code !== 0x5d) throw this.#unexpected('after array element');
      this.#at++;
      if (code !== 0x5d) continue;
      this.#countValues(1 + list.length);
      return list;
    }
  }

  #value(depth: number): Value {
    const code = this.#next();
    switch (code) {
      case QUOTE:
        return this.#string();
      case 0x7b:
        return this.#object(depth + 1);
      case 0x5b:
        return this.#array(depth + 1);
      case 0x74:
        return this.#word('true', true);
      case 0x66:
        return this.#word('false', false);
      case 0x6e:
        return this.#word('null', null);
    }
    NUMBER.lastIndex = this.#at;
    const literal = NUMBER.exec(this.#text)?.[0];
    if (literal === undefined) throw this.#unexpected('looking for beginning of value');
    this.#at = NUMBER.lastIndex;
    const number = Number(literal);
    if (!Number.isFinite(number))
      throw new JsonFault(`cannot unmarshal number ${literal} into Go value of type float64`);
    return number + 0;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected('looking for beginning of value');
    this.#at += word.length;
    return value;
  }

  #string(): string {
    let from = this.#at + 1;
    let at = plainEnd(this.#text, from);
    if (this.#text.charCodeAt(at) === QUOTE) {
      this.#at = at + 1;
      return this.#text.slice(from, at);
    }
    let string = '';
    for (;;) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code !== BACKSLASH) {
        this.#at = at;
        throw this.#unexpected('in string literal');
      }
      string += this.#text.slice(from, at);
      this.#at = at;
      string += this.#escape();
      from = this.#at;
      at = plainEnd(this.#text, from);
    }
    this.#at = at + 1;
    const read = string + this.#text.slice(from, at);
    return read.isWellFormed() ? read : read.toWellFormed();
  }

  #escape(): string {
    const letter = this.#text.charAt(this.#at + 1);
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) {
      this.#at += 2;
      return plain;
    }
    const digits = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) {
      this.#at++;
      throw this.#unexpected(letter === 'u' ? 'in \\u hexadecimal character escape' : 'in string escape code');
    }
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #checkDepth(depth: number): void {
    if (depth > JSON_DEPTH_LIMIT) throw new JsonFault(`objects and arrays nest more than ${JSON_DEPTH_LIMIT} deep`);
  }

  #unexpected(where: string): JsonFault {
    if (this.#at >= this.#text.length) return new JsonFault('unexpected end of JSON input');
    return new JsonFault(`invalid character ${this.#character()} ${where}`);
  }

  #character(): string {
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    return character === "'" ? `'\\''` : `'${JSON.stringify(character).slice(1, -1)}'`;
  }
}

/** The end of the characters that stand for themselves in a string: a quote, a backslash or a control character. */
function plainEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE || code === BACKSLASH || code < 0x20) break;
    at++;
  }
  return at;
}

/** Sets `a.b.c` in maps within maps. Deeper than a path may be, the rest is one name. */
function setNested(map: ValueMap, key: string, value: Value): void {
  let holder = map;
  let rest = key;
  for (let depth = 0; depth < JSON_DEPTH_LIMIT; depth++) {
    const dot = rest.indexOf('.');
    if (dot === -1) break;
    const name = rest.slice(0, dot);
    const next = holder.get(name);
    const inner: ValueMap = next instanceof Map ? next : new Map();
    if (inner !== next) holder.set(name, inner);
    holder = inner;
    rest = rest.slice(dot + 1);
  }
  if (value === null) holder.delete(rest);
  else holder.set(rest, value);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
