import {
  appendsRepeated,
  languageText,
  type SourceForm,
  type ValidationSummary,
  type VersionKind,
} from '@logweave/parser-registry';
import {
  createLogParser,
  formatText,
  lintProgram,
  type LocatedDiagnostic,
  locateDiagnostics,
  type LogParser,
  parseProgram,
} from '@logweave/parser-lang';

/** Rules for parsers that extensions need not keep: they add to what another made of the log. */
const NOT_FOR_EXTENSIONS = ['static-only', 'event-type-without-nouns'];

export interface CheckedVersion {
  /** Null when it cannot be submitted. */
  readonly parser: LogParser | null;
  readonly findings: readonly LocatedDiagnostic[];
  /** In words, with file, line and column. */
  readonly text: string;
}

export interface VersionToCheck {
  readonly file: string;
  readonly logType: string;
  readonly kind: VersionKind;
  readonly form: SourceForm;
  readonly text: string;
  /** The text of the parser that an extension goes over; null where it is none. */
  readonly base: string | null;
}

/** Compiles a version and lints it. Only what has no errors may be submitted. */
export function checkVersion({ file, logType, kind, form, text, base }: VersionToCheck): CheckedVersion {
  const program = languageText({ form, text });
  if (program.kind === 'refused') return { parser: null, findings: [], text: `${file}: ${program.problem}\n` };
  const created =
    base === null
      ? createLogParser({ logType, text: program.text })
      : createLogParser({
          logType,
          text: base,
          extension: program.text,
          extensionRepeated: appendsRepeated({ form, text }) ? 'append' : 'replace',
        });
  // Of what compiling warns of, the lint says more.
  const diagnostics = (base === null ? created.diagnostics : created.extensionDiagnostics).filter(
    ({ rule, severity }) => severity === 'error' || rule !== 'compile',
  );
  // What became of extractors is ours, and its style no business of their author.
  if (form === 'cbn') {
    const disabled = kind === 'extension' ? NOT_FOR_EXTENSIONS : [];
    diagnostics.push(...lintProgram(parseProgram(text).program, text, { disabled }));
  }
  const findings = locateDiagnostics(diagnostics, program.text);
  const sound = findings.every(({ severity }) => severity !== 'error');
  return { parser: sound ? created.parser : null, findings, text: formatText(findings, file) };
}

/** What a parser makes of sample logs. */
export function tryLogs(parser: LogParser, logs: readonly string[], nowMs: number): ValidationSummary {
  const createTime = { seconds: Math.floor(nowMs / 1000), nanos: 0 };
  let failed = 0;
  let dropped = 0;
  let first = '';
  for (const text of logs) {
    const { error, dropped: tag } = parser.parse({ text, createTime });
    if (tag !== null) dropped++;
    if (error === null) continue;
    failed++;
    if (first === '') first = `, first: ${error.message}`;
  }
  return { logs: logs.length, failed, dropped, message: `${failed} of ${logs.length} sample logs failed${first}` };
}
