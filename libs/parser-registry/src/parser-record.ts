/** What can be written for a log type; the parsers that ship with the program are no records. */
export const VERSION_KINDS = ['custom', 'extension'] as const;
export type VersionKind = (typeof VERSION_KINDS)[number];

/** `cbn`: text of the parser language. `field_extractors`: JSON that says which field goes where. */
export const SOURCE_FORMS = ['cbn', 'field_extractors'] as const;
export type SourceForm = (typeof SOURCE_FORMS)[number];

/** How far a version has come by itself; whether it is in use stands in the activation of its log type. */
export const VERSION_STATES = ['DRAFT', 'VALIDATING', 'VALIDATED', 'FAILED'] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** What a version did with sample logs, or in use when it was taken back. */
export interface ValidationSummary {
  readonly logs: number;
  readonly failed: number;
  readonly dropped: number;
  /** For people. */
  readonly message: string;
}

/** A parser or an extension of one. Its text never changes: a change is another version. */
export interface VersionRecord {
  readonly record: 'version';
  readonly logType: string;
  readonly kind: VersionKind;
  /** From 1, per log type and kind. */
  readonly version: number;
  readonly form: SourceForm;
  readonly text: string;
  /** Of an extension: repeated fields are appended to those of the base event and do not replace them. */
  readonly appendRepeated: boolean;
  readonly state: VersionState;
  readonly author: string;
  /** RFC 3339. */
  readonly at: string;
  readonly validation: ValidationSummary | null;
}

/** What serves a log type. */
export interface Selection {
  /** Version of the custom parser; null: the one that ships with the program. */
  readonly custom: number | null;
  /** Version of the extension; null: none. */
  readonly extension: number | null;
}

/** Which versions serve a log type from this record on. Changed in one record, so that nobody ever sees half a change. */
export interface ActivationRecord {
  readonly record: 'activation';
  readonly logType: string;
  /** From 1; each change is one more. */
  readonly revision: number;
  readonly selection: Selection;
  /** What a rollback goes back to; null when there is nothing, also after a rollback. */
  readonly previous: Selection | null;
  readonly author: string;
  /** RFC 3339. */
  readonly at: string;
  readonly reason: string;
}

export type ParserRecord = VersionRecord | ActivationRecord;

/** The key in the compacted topic: `<log type>/custom/3`, `<log type>/extension/1` or `<log type>/activation`. */
export function parserRecordKey(record: ParserRecord): string {
  return record.record === 'activation'
    ? `${record.logType}/activation`
    : `${record.logType}/${record.kind}/${record.version}`;
}

/** The value in the topic, JSON. */
export function encodeParserRecord(record: ParserRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}
