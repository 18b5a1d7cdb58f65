import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { applyEnvironment } from './environment.ts';
import { parseYaml } from './parse-yaml.ts';
import { type ConfigPath, type ConfigProblem, formatPath, type Location, sortProblems } from './problem.ts';
import { ValueReader } from './read-value.ts';
import { asSectionSchema } from './schema.ts';
import { type SecretSources, textsToHide } from './secrets.ts';

export interface ConfigSource extends SecretSources {
  /** The YAML. */
  readonly text: string;
  /** Its name in messages. */
  readonly file: string;
  /** Said when the file holds nothing: what to write at least. */
  readonly whenEmpty: string;
}

export type LoadedConfig<Schema extends TSchema> =
  | {
      readonly kind: 'loaded';
      /** Checked, with every default filled in and every secret resolved. */
      readonly value: Static<Schema>;
      readonly warnings: readonly ConfigProblem[];
      /** Texts that must never be shown, for `Redactor`. */
      readonly secrets: readonly string[];
      /** Where a field is set, or the nearest thing around it that is. */
      readonly locate: (path: ConfigPath) => Location;
    }
  /** At least one error; all that were found, warnings among them. */
  | { readonly kind: 'refused'; readonly problems: readonly ConfigProblem[] };

/**
 * Reads a configuration: YAML, then the environment over it, checked against the schema. Finds all problems at once.
 * @throws TypeError when the schema itself is not one for configurations.
 */
export function loadConfig<Schema extends TSchema>(schema: Schema, source: ConfigSource): LoadedConfig<Schema> {
  const sectionSchema = asSectionSchema(schema);
  const start: Location = { kind: 'file', file: source.file, line: 1, column: 1 };
  const { root, problems } = parseYaml(source.text, source.file);
  if (problems.some(isError)) return { kind: 'refused', problems: sortProblems(problems) };
  if (
    root === null ||
    (root.kind === 'scalar' && root.value === null) ||
    (root.kind === 'map' && root.entries.size === 0)
  ) {
    const message = `the configuration is empty. ${source.whenEmpty}`;
    return { kind: 'refused', problems: [{ severity: 'error', location: start, path: '', message }] };
  }
  const reader = new ValueReader(sectionSchema, source);
  if (root.kind === 'map') reader.problems.push(...applyEnvironment(root, sectionSchema, source.env));
  const value = reader.read(sectionSchema, root, []);
  const found = sortProblems([...problems, ...reader.problems]);
  if (found.some(isError)) return { kind: 'refused', problems: found };
  // Our reader and the schema library must agree on what is right, or what the types promise does not hold.
  if (!Value.Check(schema, value)) throw new TypeError('the configuration passed our checks but not its schema');
  return {
    kind: 'loaded',
    value,
    warnings: found,
    secrets: reader.secrets.flatMap(textsToHide),
    locate: (path) => {
      for (let length = path.length; length > 0; length--) {
        const location = reader.positions.get(formatPath(path.slice(0, length)));
        if (location !== undefined) return location;
      }
      return start;
    },
  };
}

function isError({ severity }: ConfigProblem): boolean {
  return severity === 'error';
}
