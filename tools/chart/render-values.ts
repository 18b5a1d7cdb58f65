import type { ValueSchema } from './value-schema.ts';

const WIDTH = 118;

/** values.yaml: every key with its default, and above it what it means. */
export function renderValues(head: string, properties: Readonly<Record<string, ValueSchema>>): string {
  const lines = Object.entries(properties).flatMap(([key, schema]) => ['', ...entry(key, schema, 0)]);
  return `${head}${lines.join('\n')}\n`;
}

function entry(key: string, schema: ValueSchema, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const above = comment(schema.description ?? '', indent);
  if (schema.properties !== undefined && schema.default === undefined) {
    const below = Object.entries(schema.properties).flatMap(([name, property]) => entry(name, property, depth + 1));
    return [...above, `${indent}${key}:`, ...below];
  }
  return [...above, ...value(key, schema.default, indent)];
}

/** A mapping as a block, everything else on one line. */
function value(key: string, given: unknown, indent: string): string[] {
  if (!isMapping(given) || Object.keys(given).length === 0) return [`${indent}${key}: ${flow(given)}`];
  const below = Object.entries(given).flatMap(([name, each]) => value(name, each, `${indent}  `));
  return [`${indent}${key}:`, ...below];
}

function isMapping(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

/** A value on one line of YAML. */
export function flow(given: unknown): string {
  if (Array.isArray(given)) return `[${given.map(flow).join(', ')}]`;
  if (isMapping(given)) {
    const pairs = Object.entries(given).map(([key, each]) => `${key}: ${flow(each)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  const isPlain =
    typeof given === 'string' &&
    /^[A-Za-z./][\w./-]*$/.test(given) &&
    !/^(true|false|null|yes|no|on|off)$/i.test(given);
  return isPlain ? given : JSON.stringify(given ?? null);
}

function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}#`;
    }
    line = `${line} ${word}`;
  }
  return [...lines, line];
}
