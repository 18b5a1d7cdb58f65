import {
  type ActivationRecord,
  type ParserRecord,
  parserRecordKey,
  type Selection,
  SOURCE_FORMS,
  type ValidationSummary,
  VERSION_KINDS,
  VERSION_STATES,
  type VersionRecord,
} from './parser-record.ts';

/** What a record says, or what is wrong with it. */
export type DecodedParserRecord =
  | { readonly kind: 'record'; readonly record: ParserRecord }
  | { readonly kind: 'problem'; readonly problem: string };

/** Reads a value of topic `parsers`. What others may have written there is a problem and no exception. */
export function decodeParserRecord(key: string, value: Uint8Array): DecodedParserRecord {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch {
    return problem(key, 'the value is not JSON');
  }
  if (!isObject(json)) return problem(key, 'the value is not an object');
  const read = new FieldReader(json);
  const record = json['record'] === 'activation' ? activation(read) : version(read);
  if (read.problem !== null) return problem(key, read.problem);
  if (parserRecordKey(record) !== key) return problem(key, `the value belongs to ${parserRecordKey(record)}`);
  return { kind: 'record', record };
}

function version(read: FieldReader): VersionRecord {
  return {
    record: read.oneOf('record', ['version']),
    logType: read.text('logType'),
    kind: read.oneOf('kind', VERSION_KINDS),
    version: read.count('version'),
    form: read.oneOf('form', SOURCE_FORMS),
    text: read.text('text'),
    appendRepeated: read.flag('appendRepeated'),
    state: read.oneOf('state', VERSION_STATES),
    author: read.text('author'),
    at: read.text('at'),
    validation: read.maybe(
      'validation',
      (inner): ValidationSummary => ({
        logs: inner.count('logs'),
        failed: inner.count('failed'),
        dropped: inner.count('dropped'),
        message: inner.text('message'),
      }),
    ),
  };
}

function activation(read: FieldReader): ActivationRecord {
  return {
    record: 'activation',
    logType: read.text('logType'),
    revision: read.count('revision'),
    selection: read.maybe('selection', selection) ?? read.miss('selection', { custom: null, extension: null }),
    previous: read.maybe('previous', selection),
    author: read.text('author'),
    at: read.text('at'),
    reason: read.text('reason'),
  };
}

function selection(read: FieldReader): Selection {
  return { custom: read.maybeCount('custom'), extension: read.maybeCount('extension') };
}

function problem(key: string, what: string): DecodedParserRecord {
  return { kind: 'problem', problem: `record ${JSON.stringify(key.slice(0, 200))}: ${what}` };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads fields and remembers the first that is wrong. */
class FieldReader {
  problem: string | null = null;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(fields: Readonly<Record<string, unknown>>, path = '') {
    this.#fields = fields;
    this.#path = path;
  }

  text(name: string): string {
    const value = this.#fields[name];
    return typeof value === 'string' ? value : this.miss(name, '', 'a string');
  }

  flag(name: string): boolean {
    const value = this.#fields[name];
    return typeof value === 'boolean' ? value : this.miss(name, false, 'true or false');
  }

  count(name: string): number {
    const value = this.#fields[name];
    return isCount(value) ? value : this.miss(name, 0, 'a whole number from 0');
  }

  maybeCount(name: string): number | null {
    return this.#fields[name] === null ? null : this.count(name);
  }

  oneOf<const T extends string>(name: string, allowed: readonly [T, ...T[]]): T {
    const value = allowed.find((candidate) => candidate === this.#fields[name]);
    return value ?? this.miss(name, allowed[0], allowed.join(', '));
  }

  maybe<T>(name: string, read: (inner: FieldReader) => T): T | null {
    const value = this.#fields[name];
    if (value === null) return null;
    if (!isObject(value)) return this.miss(name, null, 'an object or null');
    const inner = new FieldReader(value, `${this.#path}${name}.`);
    const result = read(inner);
    this.problem ??= inner.problem;
    return result;
  }

  miss<T>(name: string, instead: T, wanted = 'something'): T {
    this.problem ??= `field ${this.#path}${name} must be ${wanted}`;
    return instead;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
