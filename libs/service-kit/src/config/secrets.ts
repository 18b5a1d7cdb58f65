import type { ConfigScalar } from './config-node.ts';

/** What secrets are read from. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file. @throws Error when it cannot be read. */
  readonly readFile: (path: string) => string;
}

export type SecretResult =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'problem'; readonly message: string };

const REFERENCE = /\$\{(env|file):([^}]*)\}/g;
const MAX_SECRET_BYTES = 64 * 1024;

/** Whether a text refers to the environment or to a file. */
export function hasReference(text: string): boolean {
  return text.search(REFERENCE) !== -1;
}

/**
 * Replaces `${env:NAME}` and `${file:path}` in a secret. In the middle of a URL the value is percent-encoded, so that a
 * password may hold `@` and `/`; a value that is one reference and nothing else is taken as it is.
 */
export function resolveReferences(
  scalar: ConfigScalar & { readonly value: string },
  sources: SecretSources,
): SecretResult {
  const { value } = scalar;
  const whole = value.replace(REFERENCE, '') === '';
  const inUrl = !whole && /^[a-z][a-z0-9+.-]*:\/\//i.test(value);
  let problem: string | null = null;
  const resolved = value.replace(REFERENCE, (reference: string, kind: string, name: string) => {
    const result = kind === 'env' ? fromEnvironment(name, sources) : readSecretFile(name, sources);
    if (result.kind === 'problem') {
      problem ??= `${reference}: ${result.message}`;
      return '';
    }
    return inUrl ? encodeURIComponent(result.value) : result.value;
  });
  return problem === null ? { kind: 'value', value: resolved } : { kind: 'problem', message: problem };
}

/** A secret that is the content of a file; one newline at its end does not count. */
export function readSecretFile(path: string, sources: SecretSources): SecretResult {
  let text: string;
  try {
    text = sources.readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : code;
    return { kind: 'problem', message: `cannot read ${path}: ${reason}` };
  }
  if (text.length > MAX_SECRET_BYTES) return { kind: 'problem', message: `${path} is too long for a secret` };
  const value = text.replace(/\r?\n$/, '');
  return value === '' ? { kind: 'problem', message: `${path} is empty` } : { kind: 'value', value };
}

function fromEnvironment(name: string, { env }: SecretSources): SecretResult {
  const value = env[name];
  if (value === undefined) return { kind: 'problem', message: `the environment has no variable ${name}` };
  return value === '' ? { kind: 'problem', message: `the variable ${name} is empty` } : { kind: 'value', value };
}

/** Every text that must not be shown because of a secret value: itself, and the password within when it is a URL. */
export function textsToHide(value: string): readonly string[] {
  const texts = [value];
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*?:([^/?#]*)@/i.exec(value)?.[1];
  if (password !== undefined && password !== '') {
    texts.push(password);
    try {
      texts.push(decodeURIComponent(password));
    } catch (error) {
      // A stray % makes it no encoding at all: then the text as it stands is the password.
      if (!(error instanceof URIError)) throw error;
    }
  }
  return texts;
}
