import { resolvePath } from '@logweave/udm';

/** How the log, or the part of it that a grok pattern cut out, is read. */
const LOG_FORMATS = ['JSON', 'CSV', 'XML'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One field of the log that goes to a field of the event. */
export interface FieldExtractor {
  /** What `preconditionPath` leads to must, or must not, be `preconditionValue`. Null: always. */
  readonly precondition: {
    readonly path: string;
    readonly op: 'EQUALS' | 'NOT_EQUALS';
    readonly value: string;
  } | null;
  /** JSON: names with dots between; CSV: the number of the column, from 1; XML: an absolute path. */
  readonly fieldPath: string;
  /** A field of the event without the `udm.` in front, and whether it takes several values. */
  readonly destination: { readonly path: string; readonly repeated: boolean };
}

export interface FieldExtractors {
  readonly logFormat: LogFormat;
  readonly extractors: readonly FieldExtractor[];
  readonly appendRepeatedFields: boolean;
  /** The grok pattern in front, and the capture of it that holds the rest. */
  readonly syslog: { readonly grok: string; readonly target: string } | null;
}

export type ReadFieldExtractors =
  | { readonly kind: 'extractors'; readonly extractors: FieldExtractors }
  | { readonly kind: 'refused'; readonly problem: string };

/** Our own limit; more than that is a parser, which is written as one. */
const MAX_EXTRACTORS = 50;
const MAX_PATH_UNITS = 512;

/** Names that mean something to the language; a capture must not take them. */
const RESERVED: ReadonlySet<string> = new Set([
  'collectionTimestamp',
  'createTimestamp',
  'enableCbnForLoop',
  'event',
  'filename',
  'message',
  'namespace',
  'onErrorCount',
  'output',
  'timestamp',
  'timezone',
]);

/**
 * Reads an extension that is written as JSON and not as text of the language:
 * `{ logFormat, extractors: [{ preconditionPath, preconditionOp, preconditionValue, fieldPath, destinationPath }],
 * appendRepeatedFields, syslog: { grok, target } }`. Says what is wrong with it, with the number of the extractor.
 */
export function readFieldExtractors(text: string): ReadFieldExtractors {
  try {
    return { kind: 'extractors', extractors: read(JSON.parse(text)) };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'refused', problem: 'the extractors are not JSON' };
    if (error instanceof Problem) return { kind: 'refused', problem: error.message };
    throw error;
  }
}

/** What is wrong with one place of the JSON; caught where reading began. */
class Problem extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function read(json: unknown): FieldExtractors {
  const fields = object(json, 'the extractors');
  known(fields, ['extractors', 'logFormat', 'appendRepeatedFields', 'syslog'], 'the extractors');
  const { extractors, appendRepeatedFields = false, syslog = null } = fields;
  const logFormat = LOG_FORMATS.find((format) => format === fields['logFormat']);
  if (logFormat === undefined) throw new Problem(`logFormat must be one of ${LOG_FORMATS.join(', ')}`);
  if (typeof appendRepeatedFields !== 'boolean') throw new Problem('appendRepeatedFields must be true or false');
  if (!Array.isArray(extractors) || extractors.length === 0) throw new Problem('extractors must be a list of some');
  if (extractors.length > MAX_EXTRACTORS) {
    throw new Problem(`there are ${extractors.length} extractors; at most ${MAX_EXTRACTORS} are allowed`);
  }
  return {
    logFormat,
    appendRepeatedFields,
    extractors: extractors.map((extractor, i) => readExtractor(extractor, logFormat, `extractor ${i + 1}`)),
    syslog: syslog === null ? null : readSyslog(object(syslog, 'syslog')),
  };
}

function readExtractor(json: unknown, format: LogFormat, where: string): FieldExtractor {
  const fields = object(json, where);
  known(fields, ['preconditionPath', 'preconditionOp', 'preconditionValue', 'fieldPath', 'destinationPath'], where);
  return {
    precondition: readPrecondition(fields, format, where),
    fieldPath: sourcePath(fields['fieldPath'], format, `${where}: fieldPath`),
    destination: readDestination(fields['destinationPath'], `${where}: destinationPath`),
  };
}

function readPrecondition(fields: Fields, format: LogFormat, where: string): FieldExtractor['precondition'] {
  const { preconditionPath = '', preconditionOp: op, preconditionValue: value = '' } = fields;
  if (preconditionPath === '') return null;
  if (op !== 'EQUALS' && op !== 'NOT_EQUALS')
    throw new Problem(`${where}: preconditionOp must be EQUALS or NOT_EQUALS`);
  if (typeof value !== 'string' || hasControl(value) || value.includes('%{')) {
    throw new Problem(`${where}: preconditionValue must be a text without %{`);
  }
  return { path: sourcePath(preconditionPath, format, `${where}: preconditionPath`), op, value };
}

function sourcePath(value: unknown, format: LogFormat, where: string): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_PATH_UNITS || hasControl(value)) {
    throw new Problem(`${where} must be a text`);
  }
  switch (format) {
    case 'CSV':
      if (!/^[1-9]\d{0,3}$/.test(value)) throw new Problem(`${where} must be the number of a column, from 1`);
      return value;
    case 'XML':
      if (!value.startsWith('/')) throw new Problem(`${where} must be an absolute path, as /Event/System/EventID`);
      return value;
    case 'JSON':
      // A quote or `%{` would end the text that this becomes.
      if (/["'\\%{}[\]]/.test(value)) throw new Problem(`${where} has a character that no path may have`);
      return value;
    default:
      return format satisfies never;
  }
}

function readDestination(value: unknown, where: string): FieldExtractor['destination'] {
  if (typeof value !== 'string' || !value.startsWith('udm.')) throw new Problem(`${where} must begin with udm.`);
  const path = value.slice('udm.'.length);
  const field = resolvePath(path);
  if (field === undefined) throw new Problem(`${where}: there is no field ${value}`);
  if (field.kind === 'message' || field.kind === 'struct')
    throw new Problem(`${where}: ${value} is not a single field`);
  const steps = path.split('.');
  for (let length = 1; length < steps.length; length++) {
    const parent = steps.slice(0, length).join('.');
    if (resolvePath(parent)?.repeated === true) {
      throw new Problem(`${where}: udm.${parent} has several elements; only the last part of a path may`);
    }
  }
  return { path: field.path, repeated: field.repeated };
}

function readSyslog(fields: Fields): FieldExtractors['syslog'] {
  known(fields, ['grok', 'target'], 'syslog');
  const { grok, target } = fields;
  if (typeof grok !== 'string' || grok === '' || hasControl(grok)) throw new Problem('syslog: grok must be a pattern');
  if (typeof target !== 'string' || !/^[A-Za-z]\w{0,63}$/.test(target)) {
    throw new Problem('syslog: target must name a capture of the pattern');
  }
  if (RESERVED.has(target)) throw new Problem(`syslog: ${target} already exists in state and is not overwritable`);
  return { grok, target };
}

function object(json: unknown, where: string): Fields {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Problem(`${where} must be an object`);
  return { ...json };
}

function known(fields: Fields, names: readonly string[], where: string): void {
  const other = Object.keys(fields).find((name) => !names.includes(name));
  if (other !== undefined) throw new Problem(`${where}: ${JSON.stringify(other.slice(0, 100))} is not known`);
}

function hasControl(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}
