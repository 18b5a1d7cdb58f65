import { LIMITS } from '@logweave/model';
import { logTypeProblem } from './log-type.ts';
import {
  encodeParserRecord,
  type ParserRecord,
  type Selection,
  type SourceForm,
  type ValidationSummary,
  type VersionKind,
  type VersionState,
} from './parser-record.ts';
import type { ParserRegistry } from './parser-registry.ts';

/** Records to append together, or why the change cannot be made. */
export type Change =
  | { readonly kind: 'records'; readonly records: readonly ParserRecord[] }
  | { readonly kind: 'refused'; readonly problem: string };

/** Who makes a change, and when. */
export interface Editor {
  readonly author: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** The revision that the editor has seen; when another change came between, theirs is refused. Null: whatever stands. */
  readonly seenRevision: number | null;
}

export interface NewVersion {
  readonly logType: string;
  readonly kind: VersionKind;
  readonly form: SourceForm;
  readonly text: string;
  readonly appendRepeated: boolean;
  readonly state: VersionState;
  readonly validation: ValidationSummary | null;
}

/** A parser or extension more for a log type, with the next number. It serves nothing yet. */
export function submitVersion(registry: ParserRegistry, version: NewVersion, editor: Editor): Change {
  const problem = logTypeProblem(version.logType);
  if (problem !== null) return refused(problem);
  if (version.kind === 'custom' && version.form !== 'cbn') return refused('only extensions can be field extractors');
  const versions = registry.versions(version.logType, version.kind);
  const number = (versions.at(-1)?.version ?? 0) + 1;
  const record: ParserRecord = { record: 'version', ...version, version: number, ...signature(editor) };
  const bytes = encodeParserRecord(record).length;
  if (bytes > LIMITS.parserBytes) {
    return refused(`with its record the text has ${bytes} bytes; at most ${LIMITS.parserBytes} are allowed`);
  }
  return { kind: 'records', records: [record] };
}

/** Lets a version serve its log type. */
export function activateVersion(
  registry: ParserRegistry,
  { logType, kind, version }: { readonly logType: string; readonly kind: VersionKind; readonly version: number },
  editor: Editor,
): Change {
  const record = registry.version(logType, kind, version);
  if (record === null) return refused(`${logType} has no ${kind} version ${version}`);
  if (registry.isActive(record)) return refused(`${logType} ${kind} version ${version} is active already`);
  if (record.state !== 'VALIDATED') {
    return refused(
      `${logType} ${kind} version ${version} is ${record.state}: only VALIDATED versions can be activated`,
    );
  }
  const selection = { ...registry.selection(logType), [kind]: version };
  if (registry.parserOf(logType, selection) === null) return refused(`${logType} has no parser that could be extended`);
  return select(registry, logType, selection, editor, `activated ${kind} version ${version}`);
}

/** Takes the custom parser or the extension of a log type out of service. */
export function deactivateVersion(
  registry: ParserRegistry,
  { logType, kind }: { readonly logType: string; readonly kind: VersionKind },
  editor: Editor,
): Change {
  const before = registry.selection(logType);
  if (before[kind] === null) return refused(`${logType} has no active ${kind} version`);
  return select(registry, logType, { ...before, [kind]: null }, editor, `deactivated ${kind} version ${before[kind]}`);
}

/** One step back: what served the log type before the last change serves it again. */
export function rollBack(
  registry: ParserRegistry,
  { logType }: { readonly logType: string },
  editor: Editor,
  reason = 'rolled back',
): Change {
  const previous = registry.activation(logType)?.previous ?? null;
  if (previous === null) return refused(`${logType} has nothing to go back to`);
  if (previous.custom !== null && registry.version(logType, 'custom', previous.custom) === null) {
    return refused(`${logType} custom version ${previous.custom} is no longer there`);
  }
  return select(registry, logType, previous, editor, reason, null);
}

/** As `rollBack`, and what served last is marked FAILED: whoever wants it again submits it again. */
export function rollBackFailed(
  registry: ParserRegistry,
  { logType }: { readonly logType: string },
  editor: Editor,
  validation: ValidationSummary,
): Change {
  const change = rollBack(registry, { logType }, editor, validation.message);
  const before = registry.selection(logType);
  if (change.kind === 'refused') return change;
  const after = registry.activation(logType)?.previous ?? before;
  const failed: ParserRecord[] = [];
  for (const kind of ['custom', 'extension'] as const) {
    const version = before[kind];
    const record = version === null || version === after[kind] ? null : registry.version(logType, kind, version);
    if (record !== null) failed.push({ ...record, state: 'FAILED', validation });
  }
  return { kind: 'records', records: [...failed, ...change.records] };
}

function select(
  registry: ParserRegistry,
  logType: string,
  selection: Selection,
  editor: Editor,
  reason: string,
  previous: Selection | null = registry.selection(logType),
): Change {
  const revision = registry.revision(logType);
  if (editor.seenRevision !== null && editor.seenRevision !== revision) {
    return refused(
      `${logType} was changed meanwhile (revision ${revision}, not ${editor.seenRevision}): look again, then repeat it`,
    );
  }
  return {
    kind: 'records',
    records: [
      { record: 'activation', logType, revision: revision + 1, selection, previous, ...signature(editor), reason },
    ],
  };
}

function signature({ author, nowMs }: Editor): { readonly author: string; readonly at: string } {
  return { author, at: new Date(nowMs).toISOString() };
}

function refused(problem: string): Change {
  return { kind: 'refused', problem };
}
