import { flow } from './render-values.ts';
import type { ValueSchema } from './value-schema.ts';

/** The values as tables of Markdown, one for each section, in the order of values.yaml. */
export function renderTables(properties: Readonly<Record<string, ValueSchema>>): string {
  const alone = Object.entries(properties).filter(([, schema]) => schema.properties === undefined);
  const sections = Object.entries(properties).filter(([, schema]) => schema.properties !== undefined);
  const parts = [table(alone.flatMap(([key, schema]) => rows(key, schema)))];
  for (const [key, schema] of sections) {
    const below = Object.entries(schema.properties ?? {}).flatMap(([name, each]) => rows(`${key}.${name}`, each));
    parts.push(`### ${key}\n${schema.description}\n\n${table(below)}`);
  }
  return parts.join('\n\n');
}

function table(lines: readonly string[]): string {
  return ['| value | default | |', '| --- | --- | --- |', ...lines].join('\n');
}

function rows(path: string, schema: ValueSchema): string[] {
  if (schema.properties !== undefined && schema.default === undefined) {
    return Object.entries(schema.properties).flatMap(([key, property]) => rows(`${path}.${key}`, property));
  }
  const choices =
    schema.enum === undefined ? '' : ` One of ${schema.enum.map((each) => `\`${flow(each)}\``).join(', ')}.`;
  const shown = path === 'config' ? 'see values.yaml' : `\`${flow(schema.default)}\``;
  return [`| \`${path}\` | ${shown} | ${`${schema.description}${choices}`.replaceAll('|', '\\|')} |`];
}
