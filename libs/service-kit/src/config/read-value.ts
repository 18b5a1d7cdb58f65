import type { ConfigEntry, ConfigList, ConfigMap, ConfigNode, ConfigScalar } from './config-node.ts';
import { didYouMean } from './did-you-mean.ts';
import { type ConfigPath, type ConfigProblem, formatPath, type Location } from './problem.ts';
import { constantsOf, describeSchema, type SectionSchema } from './schema.ts';
import { hasReference, readSecretFile, resolveReferences, type SecretSources } from './secrets.ts';

/** Reads a tree against a schema: checks everything, fills in defaults, and finds all problems at once. */
export class ValueReader {
  readonly problems: ConfigProblem[] = [];
  readonly secrets: string[] = [];
  /** Where each value that is in the configuration stands, by its formatted path. */
  readonly positions = new Map<string, Location>();
  readonly #root: SectionSchema;
  readonly #sources: SecretSources;

  constructor(root: SectionSchema, sources: SecretSources) {
    this.#root = root;
    this.#sources = sources;
  }

  /** The value with its defaults; of no use when there are problems. */
  read(schema: SectionSchema, node: ConfigNode, path: ConfigPath): unknown {
    this.positions.set(formatPath(path), node.at);
    if (schema.anyOf !== undefined && constantsOf(schema) === null) return this.#alternatives(schema, node, path);
    if (schema.type === 'object')
      return node.kind === 'map' ? this.#map(schema, node, path) : this.#mismatch(schema, node, path);
    if (schema.type === 'array')
      return node.kind === 'list' ? this.#list(schema, node, path) : this.#mismatch(schema, node, path);
    return node.kind === 'scalar' ? this.#scalar(schema, node, path) : this.#mismatch(schema, node, path);
  }

  add(location: Location, path: ConfigPath, message: string, severity: ConfigProblem['severity'] = 'error'): void {
    this.problems.push({ severity, location, path: formatPath(path), message });
  }

  #map(schema: SectionSchema, map: ConfigMap, path: ConfigPath): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const properties = schema.properties ?? {};
    for (const [name, property] of Object.entries(properties)) {
      const entry = map.entries.get(name);
      const secretFile = property.secret === true ? present(map.entries.get(secretFileKey(name))) : undefined;
      if (secretFile !== undefined && !Object.hasOwn(properties, secretFileKey(name))) {
        if (present(entry) !== undefined) {
          this.add(secretFile.keyAt, [...path, secretFileKey(name)], `${name} is set as well: leave one of the two`);
        } else {
          value[name] = this.#secretFile(secretFile.node, [...path, secretFileKey(name)]);
        }
      } else if (entry !== undefined) {
        value[name] = this.read(property, entry.node, [...path, name]);
      } else if (schema.required?.includes(name)) {
        // An optional property stays away, whatever its default would be.
        if (property.default !== undefined) value[name] = withDefaults(property, property.default);
        else this.add(map.at, [...path, name], missing(property));
      }
    }
    for (const [name, { keyAt }] of map.entries) {
      if (Object.hasOwn(properties, name)) continue;
      if (name.endsWith('_file') && properties[name.slice(0, -'_file'.length)]?.secret === true) continue;
      this.add(keyAt, [...path, name], this.#unknownKey(name, Object.keys(properties), path));
    }
    return value;
  }

  #unknownKey(name: string, known: readonly string[], path: ConfigPath): string {
    const near = didYouMean(name, known);
    if (near !== null) return `no such key; did you mean ${near}?`;
    const elsewhere = findKey(this.#root, name).filter((place) => place !== formatPath([...path, name]));
    if (elsewhere.length > 0 && elsewhere.length <= 3)
      return `no such key here; did you mean ${elsewhere.join(' or ')}?`;
    return `no such key; there are ${known.join(', ')}`;
  }

  #list(schema: SectionSchema, list: ConfigList, path: ConfigPath): unknown[] {
    const { items = {}, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
    if (list.items.length < minItems)
      this.add(list.at, path, `needs at least ${minItems} ${plural('entry', minItems)}`);
    if (list.items.length > maxItems) this.add(list.at, path, `has more than ${maxItems} ${plural('entry', maxItems)}`);
    const values = list.items.map((item, i) => this.read(items, item, [...path, i]));
    if (schema.uniqueItems) {
      const seen = new Map<string, number>();
      values.forEach((value, i) => {
        const text = JSON.stringify(value);
        const first = seen.get(text);
        if (first === undefined) seen.set(text, i);
        else this.add((list.items[i] ?? list).at, [...path, i], `the same as entry ${first + 1}`);
      });
    }
    return values;
  }

  #scalar(schema: SectionSchema, scalar: ConfigScalar, path: ConfigPath): unknown {
    const constants = constantsOf(schema);
    if (constants !== null) {
      if (constants.includes(scalar.value)) return scalar.value;
      const words = constants.filter((constant) => typeof constant === 'string');
      const near = didYouMean(scalar.source, words);
      this.#refuse(schema, scalar, path, near === null ? '' : `; did you mean ${near}?`);
      return undefined;
    }
    const { value } = scalar;
    if (schema.type === 'string') {
      if (typeof value !== 'string') {
        const hint = value === null || schema.secret ? '' : `; write it in quotes: "${scalar.source}"`;
        return this.#refuse(schema, scalar, path, hint);
      }
      return this.#text(schema, { ...scalar, value }, path);
    }
    if (schema.type === 'boolean') return typeof value === 'boolean' ? value : this.#refuse(schema, scalar, path, '');
    if (schema.type === 'number' || schema.type === 'integer') {
      if (typeof value !== 'number' || !isInRange(value, schema)) return this.#refuse(schema, scalar, path, '');
      return value;
    }
    return value;
  }

  #text(
    schema: SectionSchema,
    scalar: ConfigScalar & { readonly value: string },
    path: ConfigPath,
  ): string | undefined {
    let { value } = scalar;
    if (schema.secret === true) {
      const result = resolveReferences(scalar, this.#sources);
      if (result.kind === 'problem') {
        this.add(scalar.at, path, result.message);
        return undefined;
      }
      value = result.value;
      this.secrets.push(value);
    } else if (hasReference(value)) {
      const variable = `LOGWEAVE__${path.map((part) => String(part).toUpperCase()).join('__')}`;
      this.add(scalar.at, path, `only secrets can be references; to set this from the environment use ${variable}`);
      return undefined;
    }
    if (value.length < (schema.minLength ?? 0)) this.add(scalar.at, path, value === '' ? 'is empty' : 'is too short');
    else if (value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) this.add(scalar.at, path, 'is too long');
    else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
      this.add(scalar.at, path, `does not have the form it needs (${schema.description ?? schema.pattern})`);
    } else return value;
    return undefined;
  }

  #secretFile(node: ConfigNode, path: ConfigPath): string | undefined {
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '') {
      this.add(node.at, path, 'must be the path of a file that holds the secret');
      return undefined;
    }
    const result = readSecretFile(node.value, this.#sources);
    if (result.kind === 'value') {
      this.secrets.push(result.value);
      return result.value;
    }
    this.add(node.at, path, result.message);
    return undefined;
  }

  /** Takes the first alternative that fits; else tells about the only one of this shape, or names them all. */
  #alternatives(schema: SectionSchema, node: ConfigNode, path: ConfigPath): unknown {
    const attempts = (schema.anyOf ?? []).map((alternative) => {
      const marked = schema.secret === true ? { ...alternative, secret: true } : alternative;
      const reader = new ValueReader(this.#root, this.#sources);
      return { reader, value: reader.read(marked, node, path), shaped: hasShape(alternative, node) };
    });
    const shaped = attempts.filter((attempt) => attempt.shaped);
    const taken =
      attempts.find(({ reader }) => reader.problems.length === 0) ?? (shaped.length === 1 ? shaped[0] : undefined);
    if (taken === undefined) return this.#mismatch(schema, node, path);
    this.problems.push(...taken.reader.problems);
    this.secrets.push(...taken.reader.secrets);
    for (const [at, location] of taken.reader.positions) this.positions.set(at, location);
    return taken.value;
  }

  #mismatch(schema: SectionSchema, node: ConfigNode, path: ConfigPath): undefined {
    if (node.kind === 'scalar') return this.#refuse(schema, node, path, '');
    this.add(node.at, path, `must be ${describeSchema(schema)}, not ${node.kind === 'map' ? 'a mapping' : 'a list'}`);
    return undefined;
  }

  #refuse(schema: SectionSchema, scalar: ConfigScalar, path: ConfigPath, hint: string): undefined {
    const shown = scalar.value === null ? 'nothing' : `"${shorten(scalar.source)}"`;
    const not = schema.secret === true ? '' : `, not ${shown}`;
    this.add(scalar.at, path, `must be ${describeSchema(schema)}${not}${hint}`);
    return undefined;
  }
}

/** The default of a property, with the defaults of what lies in it. */
function withDefaults(schema: SectionSchema, value: unknown): unknown {
  if (schema.type !== 'object' || typeof value !== 'object' || value === null) return structuredClone(value);
  const filled: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const byDefault = schema.required?.includes(name) ? property.default : undefined;
    const given = Object.hasOwn(value, name) ? filled[name] : byDefault;
    if (given !== undefined) filled[name] = withDefaults(property, given);
  }
  return filled;
}

function missing({ description }: SectionSchema): string {
  return description === undefined ? 'is missing' : `is missing: ${description}`;
}

/** An entry that says something: `token_file:` and `token_file: null` say nothing. */
function present(entry: ConfigEntry | undefined): ConfigEntry | undefined {
  return entry?.node.kind === 'scalar' && entry.node.value === null ? undefined : entry;
}

function secretFileKey(name: string): string {
  return `${name}_file`;
}

function hasShape(schema: SectionSchema, node: ConfigNode): boolean {
  if (node.kind === 'map') return schema.type === 'object';
  if (node.kind === 'list') return schema.type === 'array';
  if (schema.type === 'integer') return typeof node.value === 'number';
  return schema.type === (node.value === null ? 'null' : typeof node.value);
}

function isInRange(value: number, schema: SectionSchema): boolean {
  if (!Number.isFinite(value)) return false;
  if (schema.type === 'integer' && !Number.isSafeInteger(value)) return false;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  return (
    (minimum === undefined || value >= minimum) &&
    (maximum === undefined || value <= maximum) &&
    (exclusiveMinimum === undefined || value > exclusiveMinimum) &&
    (exclusiveMaximum === undefined || value < exclusiveMaximum)
  );
}

/** The places in which a key of this name is known. */
function findKey(schema: SectionSchema, name: string, path: ConfigPath = []): string[] {
  const found: string[] = [];
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (key === name) found.push(formatPath([...path, key]));
    found.push(...findKey(property, name, [...path, key]));
  }
  if (schema.items !== undefined)
    found.push(...findKey(schema.items, name, [...path.slice(0, -1), `${path.at(-1)}[]`]));
  return found;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

function plural(word: string, count: number): string {
  return count === 1 ? word : `${word.slice(0, -1)}ies`;
}
