import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Scalar,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import type { ConfigEntry, ConfigMap, ConfigNode } from './config-node.ts';
import type { ConfigProblem, Location } from './problem.ts';
import { describeYamlError } from './yaml-error.ts';

/** Longest configuration that is read. A real one has some kilobytes. */
const MAX_CONFIG_BYTES = 1024 * 1024;
/** Deepest nesting. */
const MAX_DEPTH = 32;
/** Most nodes, those that aliases stand for counted each time: a few lines of aliases can stand for billions. */
const MAX_NODES = 50_000;

export interface ParsedYaml {
  /** Null when the file is empty or cannot be read as YAML at all. */
  readonly root: ConfigNode | null;
  readonly problems: readonly ConfigProblem[];
}

/** Reads YAML 1.2 to a tree with positions. A mapping that appears twice is merged, with a warning. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const problems: ConfigProblem[] = [];
  const lines = new LineCounter();
  const add = (severity: ConfigProblem['severity'], location: Location, message: string): void => {
    problems.push({ severity, location, path: '', message });
  };
  const locate = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { kind: 'file', file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (Buffer.byteLength(text) > MAX_CONFIG_BYTES) {
    add('error', { kind: 'file', file, line: 1, column: 1 }, `longer than ${MAX_CONFIG_BYTES} bytes`);
    return { root: null, problems };
  }
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    version: '1.2',
    schema: 'core',
    merge: false,
  });
  const documents: Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const [document, second] = documents;
  if (document === undefined) return { root: null, problems };
  if (second !== undefined) {
    add('error', locate(second.range[0]), 'a second YAML document begins here: a configuration is one');
  }
  for (const error of [...document.errors, ...document.warnings]) {
    add('error', locate(error.pos[0]), describeYamlError(error.code));
  }
  if (document.errors.length > 0 || document.contents === null) return { root: null, problems };
  const converter = new Converter(document, locate, add);
  const root = converter.convert(document.contents, 0);
  return { root, problems };
}

class Converter {
  readonly #document: Document.Parsed;
  readonly #locate: (offset: number) => Location;
  readonly #add: (severity: ConfigProblem['severity'], location: Location, message: string) => void;
  #nodes = 0;

  constructor(
    document: Document.Parsed,
    locate: (offset: number) => Location,
    add: (severity: ConfigProblem['severity'], location: Location, message: string) => void,
  ) {
    this.#document = document;
    this.#locate = locate;
    this.#add = add;
  }

  /** Null when a limit was passed; that is then among the problems. */
  convert(node: Node, depth: number): ConfigNode | null {
    const at = this.#locate(node.range?.[0] ?? 0);
    if (++this.#nodes > MAX_NODES) {
      if (this.#nodes === MAX_NODES + 1) {
        this.#add('error', at, `more than ${MAX_NODES} values, those that aliases stand for counted each time`);
      }
      return null;
    }
    if (depth > MAX_DEPTH) {
      this.#add('error', at, `nested deeper than ${MAX_DEPTH}`);
      return null;
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target !== undefined) return this.convert(target, depth + 1);
      this.#add('error', at, describeYamlError('BAD_ALIAS'));
      return null;
    }
    if (isMap(node)) return this.#map(node, at, depth);
    if (isSeq(node)) {
      const items: ConfigNode[] = [];
      for (const item of node.items) {
        const converted = this.convert(item as Node, depth + 1);
        if (converted !== null) items.push(converted);
      }
      return { kind: 'list', at, items };
    }
    if (!isScalar(node)) return null;
    const { value } = node;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) {
      return { kind: 'scalar', at, value, source: node.source ?? String(value) };
    }
    this.#add('error', at, 'a value of this kind has no meaning here');
    return null;
  }

  #map(node: YAMLMap, at: Location, depth: number): ConfigMap {
    const entries = new Map<string, ConfigEntry>();
    for (const { key, value } of node.items) {
      const keyNode = isAlias(key) ? key.resolve(this.#document) : key;
      const keyAt = this.#locate((key as Node).range?.[0] ?? 0);
      const name = isScalar(keyNode) ? keyText(keyNode) : null;
      if (name === null) {
        this.#add('error', keyAt, 'a key must be a plain word');
        continue;
      }
      const converted: ConfigNode | null =
        value === null
          ? { kind: 'scalar', at: keyAt, value: null, source: '' }
          : this.convert(value as Node, depth + 1);
      if (converted === null) continue;
      const before = entries.get(name);
      if (before === undefined) entries.set(name, { keyAt, node: converted });
      else this.#repeated(name, before, { keyAt, node: converted });
    }
    return { kind: 'map', at, entries };
  }

  /** The second appearance of a key: two mappings become one when they do not contradict each other. */
  #repeated(name: string, before: ConfigEntry, again: ConfigEntry): void {
    const lines = `line ${lineOf(before.keyAt)} and line ${lineOf(again.keyAt)}`;
    if (before.node.kind !== 'map' || again.node.kind !== 'map') {
      this.#add('error', again.keyAt, `"${name}" is set twice (${lines}): leave one`);
      return;
    }
    let contradicts = false;
    for (const [key, entry] of again.node.entries) {
      const first = before.node.entries.get(key);
      if (first === undefined) continue;
      contradicts = true;
      const both = `line ${lineOf(first.keyAt)} and line ${lineOf(entry.keyAt)}`;
      this.#add(
        'error',
        entry.keyAt,
        `"${name}" appears twice (${lines}) and both set "${key}" (${both}): leave one of them`,
      );
    }
    if (contradicts) return;
    for (const [key, entry] of again.node.entries) before.node.entries.set(key, entry);
    this.#add('warning', again.keyAt, `"${name}" appears twice (${lines}); the two are taken as one`);
  }
}

/** A key as text: `80` and `true` as they were written. */
function keyText({ value, source }: Scalar): string | null {
  if (typeof value === 'string') return value;
  return value === null || source === undefined ? null : source;
}

function lineOf(location: Location): number {
  return location.kind === 'file' ? location.line : 0;
}
