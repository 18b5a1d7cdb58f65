import type { ConfigMap, ConfigNode } from './config-node.ts';
import { didYouMean } from './did-you-mean.ts';
import { parseYaml } from './parse-yaml.ts';
import type { ConfigProblem, Location } from './problem.ts';
import type { SectionSchema } from './schema.ts';

const PREFIX = 'LOGWEAVE__';

/**
 * Puts `LOGWEAVE__SECTION__KEY=value` of the environment over what the file says. Letter case does not count; a value is
 * read as YAML (`8`, `true`, `[a, b]`), a number in the name is an entry of a list
 * (`LOGWEAVE__INPUTS__UNIX_SOCKETS__0__PATH`).
 */
export function applyEnvironment(
  root: ConfigMap,
  schema: SectionSchema,
  env: Readonly<Record<string, string | undefined>>,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const variable of Object.keys(env).toSorted()) {
    const text = env[variable];
    if (!variable.startsWith(PREFIX) || text === undefined) continue;
    const location: Location = { kind: 'environment', variable };
    const problem = place(root, schema, variable.slice(PREFIX.length).split('__'), text, location);
    if (problem !== null) problems.push({ severity: 'error', location, path: '', message: problem });
  }
  return problems;
}

/** Follows the name into the tree, making what is missing on the way. Returns what is wrong with the name, or null. */
function place(
  root: ConfigMap,
  schema: SectionSchema,
  parts: readonly string[],
  text: string,
  at: Location,
): string | null {
  let node: ConfigNode = root;
  let here: SectionSchema = schema;
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    const container = containerOf(here);
    if (container?.type === 'array') {
      if (node.kind !== 'list') return 'the file has no list there';
      const index = /^\d{1,4}$/.test(part) ? Number(part) : -1;
      if (index < 0 || index > node.items.length) return `${part} is not the number of an entry (0 is the first)`;
      here = container.items ?? {};
      const next: ConfigNode = last ? nodeOf(text, here, at) : (node.items[index] ?? emptyFor(here, at));
      node.items[index] = next;
      node = next;
      continue;
    }
    if (container === null || node.kind !== 'map') return 'the file has no mapping there';
    const names = namesOf(container);
    const name = names.find((candidate) => candidate.toLowerCase() === part.toLowerCase());
    if (name === undefined) {
      const near = didYouMean(part, names);
      return `no such key: ${part}${near === null ? '' : `; did you mean ${near.toUpperCase()}?`}`;
    }
    here = container.properties?.[name] ?? { type: 'string' };
    if (!last && containerOf(here) === null) return `${parts.slice(0, i + 1).join('__')} has no keys of its own`;
    const existing = node.entries.get(name)?.node;
    const next: ConfigNode = last
      ? nodeOf(text, here, at)
      : existing === undefined || isNull(existing)
        ? emptyFor(here, at)
        : existing;
    // The file's way of giving a secret yields to the environment's, whichever of the two ways it is.
    for (const other of [`${name}_file`, name.replace(/_file$/, '')]) {
      if (last && other !== name && isSecretPair(container, name, other)) node.entries.delete(other);
    }
    node.entries.set(name, { keyAt: at, node: next });
    node = next;
  }
  return null;
}

function namesOf(container: SectionSchema): readonly string[] {
  const names = Object.keys(container.properties ?? {});
  return names.flatMap((name) => (container.properties?.[name]?.secret === true ? [name, `${name}_file`] : [name]));
}

function isSecretPair(container: SectionSchema, name: string, other: string): boolean {
  const { properties = {} } = container;
  return properties[name]?.secret === true || properties[other]?.secret === true;
}

function containerOf(schema: SectionSchema): SectionSchema | null {
  if (schema.type === 'object' || schema.type === 'array') return schema;
  return schema.anyOf?.find(({ type }) => type === 'object' || type === 'array') ?? null;
}

function emptyFor(schema: SectionSchema, at: Location): ConfigNode {
  return containerOf(schema)?.type === 'array'
    ? { kind: 'list', at, items: [] }
    : { kind: 'map', at, entries: new Map() };
}

function isNull(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** A value as YAML; where text is wanted, and where it is no YAML (a password that begins with `*`), as it stands. */
function nodeOf(text: string, schema: SectionSchema, at: Location): ConfigNode {
  const asText: ConfigNode = { kind: 'scalar', at, value: text, source: text };
  if (schema.type === 'string') return asText;
  const { root, problems } = parseYaml(text, '');
  if (root === null || problems.length > 0) return asText;
  const alternatives = schema.anyOf?.map(({ type }) => type) ?? [];
  const onlyText = alternatives.length > 0 && alternatives.every((type) => type === 'string' || type === 'null');
  return onlyText && root.kind === 'scalar' && root.value !== null ? asText : relocate(root, at);
}

function relocate(node: ConfigNode, at: Location): ConfigNode {
  switch (node.kind) {
    case 'scalar':
      return { ...node, at };
    case 'list':
      return { ...node, at, items: node.items.map((item) => relocate(item, at)) };
    case 'map': {
      const entries = new Map(
        [...node.entries].map(([key, entry]) => [key, { keyAt: at, node: relocate(entry.node, at) }]),
      );
      return { ...node, at, entries };
    }
    default:
      return node satisfies never;
  }
}
