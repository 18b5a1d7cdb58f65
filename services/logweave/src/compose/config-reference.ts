import type { TSchema } from 'typebox';
import { configSchema } from './config-schema.ts';

/** What the reference says where there is no default to show, or where the default is not what one should write. */
const SHOWN: Readonly<Record<string, unknown>> = {
  'service.language': 'none',
  'inputs.unix_sockets': [
    { name: 'http_source', path: '/run/logweave/http.socket', source: 'A' },
    { name: 'network_source', path: '/run/logweave/network.socket', source: 'B' },
  ],
  'inputs.raw': [
    {
      name: 'squid',
      type: 'tcp',
      log_type: 'SQUID_WEBPROXY',
      namespace: 'office',
      labels: [{ key: 'site', value: 'berlin' }],
      port: 5514,
    },
    { name: 'auditd', type: 'file', log_type: 'LINUX_AUDITD', path: '/var/log/audit/audit.log' },
  ],
  'inputs.raw.labels': [{ key: 'site', value: 'berlin' }],
  'correlation.matching.mode': 'one_to_many',
};

const HEAD = `# Every setting of Logweave, with what it means and its default. A configuration says only what it wants otherwise;
# examples/minimal.yml is a beginning. Here, unlike the default, matching.mode is one_to_many, and the sockets are ours.
#
#   logweave check FILE            what is wrong with a configuration, with file, line and column
#   LOGWEAVE__SECTION__KEY=value   in the environment goes before the file, as in LOGWEAVE__LOG__LEVEL=debug
#
# Secrets may stand in files or in the environment: dsn_file: /run/secrets/dsn, or within the value as
# \${file:/run/secrets/password} or \${env:PASSWORD}.
#
# Made by \`logweave check --reference\`; a test holds it to the program.
`;

const WIDTH = 118;

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The commented configuration with every key: `config.example.yml`. */
export function renderReference(schema: TSchema = configSchema): string {
  const lines = [HEAD.trimEnd()];
  for (const [name, section] of Object.entries((schema as Schema).properties ?? {})) {
    lines.push('', ...entry(name, section, name, 0));
  }
  return `${lines.join('\n')}\n`;
}

function entry(name: string, schema: Schema, path: string, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const lines = comment(schema.description, indent);
  if (schema.properties !== undefined) {
    return [...lines, `${indent}${name}:`, ...properties(schema, path, depth + 1)];
  }
  if (schema.items?.properties !== undefined) {
    return [...lines, `${indent}${name}:`, ...items(schema.items, path, depth + 1)];
  }
  lines.push(`${indent}${name}: ${flow(SHOWN[path] ?? schema.default)}`);
  if (schema.secret === true) {
    lines.push(...comment('The same from a file.', indent), `${indent}${name}_file: null`);
  }
  return lines;
}

function properties(
  schema: Schema,
  path: string,
  depth: number,
  values: Readonly<Record<string, unknown>> = {},
): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    entry(
      name,
      Object.hasOwn(values, name) ? { ...property, default: values[name] } : property,
      `${path}.${name}`,
      depth,
    ),
  );
}

/** The first of a list of mappings with every key explained, the others with what they say. */
function items(schema: Schema, path: string, depth: number): string[] {
  const shown = SHOWN[path] as readonly Readonly<Record<string, unknown>>[];
  const indent = '  '.repeat(depth);
  return shown.flatMap((values, i) => {
    if (i > 0) return [`${indent}- ${flow(values)}`];
    const body = properties(schema, path, depth + 1, values);
    const first = body.findIndex((line) => !line.trimStart().startsWith('#'));
    // The dash stands before the first key, the comment on that key above the dash.
    return body.map((line, at) => {
      if (at < first) return line.slice(2);
      return at === first ? `${indent}- ${line.trimStart()}` : line;
    });
  });
}

function comment(text: string | undefined, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of (text ?? '').split(' ')) {
    if (line !== '' && indent.length + 2 + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines.map((each) => `${indent}# ${each}`);
}

/** A value on one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, each]) => `${key}: ${flow(each)}`);
    return `{ ${pairs.join(', ')} }`;
  }
  const isPlain =
    typeof value === 'string' && /^[A-Za-z./][\w./-]*$/.test(value) && !/^(true|false|null)$/i.test(value);
  return isPlain ? value : JSON.stringify(value ?? null);
}
