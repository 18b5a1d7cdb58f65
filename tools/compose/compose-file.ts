import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A service of a compose file, as far as it is looked at here. */
export interface ComposeService {
  readonly image?: string;
  readonly user?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly restart?: string;
  readonly privileged?: boolean;
  readonly read_only?: boolean;
  readonly network_mode?: string;
  readonly pid?: string;
  readonly ipc?: string;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly secrets?: readonly string[];
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly memory?: string; readonly pids?: number } } };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly configs?: Readonly<Record<string, { readonly file: string }>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

/** Reads a compose file as it is when none of its variables is set. */
export function readCompose(path: string): ComposeFile {
  const text = readFileSync(path, 'utf8').replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  const override = { tag: '!override', collection: 'seq' } as const;
  return parse(text, { merge: true, customTags: (tags) => [...tags, override] }) as ComposeFile;
}

/** Of `512M` or `3G`. */
export function memoryMiB(limit: string): number {
  const [, amount, unit] = /^(\d+)([MG])$/.exec(limit) ?? [];
  if (unit === undefined) throw new Error(`${limit} is no number of M or G`);
  return Number(amount) * (unit === 'G' ? 1024 : 1);
}
