/** Where something stands that configures: in the file (1-based), or in the environment. */
export type Location =
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'environment'; readonly variable: string };

export type ConfigPath = readonly (string | number)[];

/** One finding about a configuration. Never holds the value of a secret. */
export interface ConfigProblem {
  readonly severity: 'error' | 'warning';
  readonly location: Location;
  /** The field, as `inputs.unix_sockets[0].path`; empty for the whole file. */
  readonly path: string;
  /** What is wrong, and what to write instead where that is known. */
  readonly message: string;
}

/** `inputs.unix_sockets[0].path`. */
export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

/** `file:line:column: path: message`, as compilers print it, so that editors can follow it. */
export function formatProblem({ severity, location, path, message }: ConfigProblem): string {
  const where =
    location.kind === 'file'
      ? `${location.file}:${location.line}:${location.column}`
      : `environment variable ${location.variable}`;
  return `${where}: ${severity === 'warning' ? 'warning: ' : ''}${path === '' ? '' : `${path}: `}${message}`;
}

/** In the order of the file, what comes from the environment last. */
export function sortProblems(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => {
    if (a.location.kind === 'environment' || b.location.kind === 'environment') {
      return Number(a.location.kind === 'environment') - Number(b.location.kind === 'environment');
    }
    return a.location.line - b.location.line || a.location.column - b.location.column;
  });
}
