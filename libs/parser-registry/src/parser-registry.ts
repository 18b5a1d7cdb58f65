import { decodeParserRecord } from './decode-parser-record.ts';
import { logTypeProblem } from './log-type.ts';
import type { ActivationRecord, ParserRecord, Selection, VersionKind, VersionRecord } from './parser-record.ts';

/** A parser that ships with the program. */
export interface PrebuiltParser {
  readonly logType: string;
  /** Of its text; rises when the text changes. */
  readonly version: string;
  readonly text: string;
}

/** The parser that serves a log type. */
export interface ActiveParser {
  readonly logType: string;
  /** As in the headers of events: `prebuilt/1`, `custom/3`, `custom/3+extension/2`. */
  readonly label: string;
  readonly text: string;
  readonly extension: VersionRecord | null;
}

const NOTHING_SELECTED: Selection = { custom: null, extension: null };

/** What the topic `parsers` says, folded: all versions, and which of them serve their log types. */
export class ParserRegistry {
  readonly #prebuilt: ReadonlyMap<string, PrebuiltParser>;
  /** By `<log type>/<kind>/<version>`. */
  readonly #versions = new Map<string, VersionRecord>();
  readonly #activations = new Map<string, ActivationRecord>();

  /** `prebuilt`: what serves log types that have no parser of their own. One for each log type. */
  constructor(prebuilt: readonly PrebuiltParser[]) {
    this.#prebuilt = new Map(prebuilt.map((parser) => [parser.logType, parser]));
  }

  /**
   * Takes the next record of the topic.
   * @returns the log type that it is about, or what is wrong with the record; then nothing has changed.
   */
  apply(key: Uint8Array | null, value: Uint8Array | null): { readonly logType: string } | { readonly problem: string } {
    const text = Buffer.from(key ?? []).toString();
    if (value === null) return this.#remove(text);
    const decoded = decodeParserRecord(text, value);
    if (decoded.kind === 'problem') return { problem: decoded.problem };
    return this.add(decoded.record);
  }

  /** As `apply`, for a record that is read already. */
  add(record: ParserRecord): { readonly logType: string } | { readonly problem: string } {
    const { logType } = record;
    const problem = logTypeProblem(logType);
    if (problem !== null) return { problem: `log type ${JSON.stringify(logType.slice(0, 200))}: ${problem}` };
    if (record.record === 'version') {
      this.#versions.set(versionKey(logType, record.kind, record.version), record);
      return { logType };
    }
    const revision = this.revision(logType);
    if (record.revision <= revision) {
      return { problem: `${logType}: revision ${record.revision} comes after revision ${revision}` };
    }
    this.#activations.set(logType, record);
    return { logType };
  }

  /** Log types that have any parser, in alphabetical order. */
  logTypes(): readonly string[] {
    const all = new Set(this.#prebuilt.keys());
    for (const { logType } of this.#versions.values()) all.add(logType);
    return [...all].sort();
  }

  /** How often what serves a log type was changed; 0: never. */
  revision(logType: string): number {
    return this.#activations.get(logType)?.revision ?? 0;
  }

  activation(logType: string): ActivationRecord | null {
    return this.#activations.get(logType) ?? null;
  }

  selection(logType: string): Selection {
    return this.#activations.get(logType)?.selection ?? NOTHING_SELECTED;
  }

  prebuilt(logType: string): PrebuiltParser | null {
    return this.#prebuilt.get(logType) ?? null;
  }

  version(logType: string, kind: VersionKind, version: number): VersionRecord | null {
    return this.#versions.get(versionKey(logType, kind, version)) ?? null;
  }

  /** In the order of their numbers. */
  versions(logType: string, kind: VersionKind): readonly VersionRecord[] {
    return [...this.#versions.values()]
      .filter((record) => record.logType === logType && record.kind === kind)
      .sort((a, b) => a.version - b.version);
  }

  /** Whether a version serves its log type now. */
  isActive({ logType, kind, version }: Pick<VersionRecord, 'logType' | 'kind' | 'version'>): boolean {
    return this.selection(logType)[kind] === version;
  }

  /** What serves a log type now; null when nothing does. */
  active(logType: string): ActiveParser | null {
    return this.parserOf(logType, this.selection(logType));
  }

  /** What a selection means; null when its versions are gone, or there is no parser to extend. */
  parserOf(logType: string, { custom, extension }: Selection): ActiveParser | null {
    const base = this.#base(logType, custom);
    if (base === null) return null;
    if (extension === null) return { logType, ...base, extension: null };
    const record = this.version(logType, 'extension', extension);
    if (record === null) return null;
    return { logType, text: base.text, label: `${base.label}+extension/${extension}`, extension: record };
  }

  #base(logType: string, custom: number | null): { readonly label: string; readonly text: string } | null {
    if (custom !== null) {
      const record = this.version(logType, 'custom', custom);
      return record === null ? null : { label: `custom/${custom}`, text: record.text };
    }
    const prebuilt = this.#prebuilt.get(logType);
    return prebuilt === undefined ? null : { label: `prebuilt/${prebuilt.version}`, text: prebuilt.text };
  }

  #remove(key: string): { readonly logType: string } | { readonly problem: string } {
    const [logType = ''] = key.split('/');
    const known = this.#versions.delete(key) || (key === `${logType}/activation` && this.#activations.delete(logType));
    return known ? { logType } : { problem: `record ${JSON.stringify(key.slice(0, 200))}: removes what is not there` };
  }
}

function versionKey(logType: string, kind: VersionKind, version: number): string {
  return `${logType}/${kind}/${version}`;
}
