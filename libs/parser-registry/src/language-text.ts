import { type FieldExtractor, type FieldExtractors, type LogFormat, readFieldExtractors } from './field-extractors.ts';
import type { VersionRecord } from './parser-record.ts';

export type LanguageText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly problem: string };

/** A version as text of the parser language, which is what runs. */
export function languageText({ form, text }: Pick<VersionRecord, 'form' | 'text'>): LanguageText {
  if (form === 'cbn') return { kind: 'text', text };
  const read = readFieldExtractors(text);
  return read.kind === 'refused' ? read : { kind: 'text', text: extractorText(read.extractors) };
}

/** Whether an extension appends to repeated fields instead of replacing them: a list of fields may ask for it. */
export function appendsRepeated({ form, text }: Pick<VersionRecord, 'form' | 'text'>): boolean {
  if (form === 'cbn') return false;
  const read = readFieldExtractors(text);
  return read.kind === 'extractors' && read.extractors.appendRepeatedFields;
}

const EVENT = 'event.idm.read_only_udm';
/** Tokens of the text; a log's own are all under `extractedLog`. */
const LOG = 'extractedLog';
const PRECONDITION = 'extractedPrecondition';
const WANTED = 'extractedWanted';
const FOUND = 'extractedSome';

/**
 * Extractors as a program: read the log, then copy each field that is there and whose precondition holds. What is missing
 * is passed over; when nothing was found there is no output, and the base event stays as it is.
 */
function extractorText({ logFormat, extractors, syslog }: FieldExtractors): string {
  const source = syslog === null ? 'message' : syslog.target;
  const lines = [
    ...(syslog === null
      ? []
      : [
          `grok { match => { "message" => ${quoted(syslog.grok)} } overwrite => ["${source}"] on_error => "extractedNoHead" }`,
        ]),
    `mutate { replace => { "${FOUND}" => "" } }`,
    ...readLines(logFormat, source, extractors),
    ...extractors.flatMap((extractor, i) => extractLines(logFormat, extractor, i)),
    `if [${FOUND}] != "" {`,
    '  mutate { merge => { "@output" => "event" } }',
    '}',
  ];
  return ['filter {', ...lines.map((line) => `  ${line}`), '}', ''].join('\n');
}

function readLines(format: LogFormat, source: string, extractors: readonly FieldExtractor[]): string[] {
  switch (format) {
    case 'JSON':
      return [
        `json { source => "${source}" target => "${LOG}" array_function => "split_columns" on_error => "extractedNoJson" }`,
      ];
    case 'CSV':
      return [`csv { source => "${source}" target => "${LOG}" on_error => "extractedNoCsv" }`];
    case 'XML': {
      const paths = extractors.flatMap(({ fieldPath, precondition }, i) => [
        `${quoted(fieldPath)} => "${LOG}.field${i}"`,
        ...(precondition === null ? [] : [`${quoted(precondition.path)} => "${LOG}.precondition${i}"`]),
      ]);
      // One block for each path: a path that is not there must not keep the others from being read.
      return paths.map((path) => `xml { source => "${source}" xpath => { ${path} } on_error => "extractedNoXml" }`);
    }
    default:
      return format satisfies never;
  }
}

function extractLines(
  format: LogFormat,
  { precondition, fieldPath, destination }: FieldExtractor,
  i: number,
): string[] {
  const from = tokenOf(format, fieldPath, `field${i}`);
  const to = `${EVENT}.${destination.path}`;
  const missing = `extractedNone${i}`;
  const operation = destination.repeated ? 'merge' : 'copy';
  const lines = [
    `mutate { ${operation} => { "${to}" => "${from}" } on_error => "${missing}" }`,
    `if ![${missing}] { mutate { replace => { "${FOUND}" => "yes" } } }`,
  ];
  if (precondition === null) return lines;
  return [
    `mutate { replace => { "${PRECONDITION}" => "" } }`,
    `mutate { copy => { "${PRECONDITION}" => "${tokenOf(format, precondition.path, `precondition${i}`)}" } on_error => "extractedNoPrecondition" }`,
    `mutate { convert => { "${PRECONDITION}" => "string" } on_error => "extractedText" }`,
    `mutate { replace => { "${WANTED}" => ${quoted(precondition.value)} } }`,
    `if [${PRECONDITION}] ${precondition.op === 'EQUALS' ? '==' : '!='} [${WANTED}] {`,
    ...lines.map((line) => `  ${line}`),
    '}',
  ];
}

function tokenOf(format: LogFormat, path: string, xmlToken: string): string {
  switch (format) {
    case 'JSON':
      return `${LOG}.${path}`;
    case 'CSV':
      return `${LOG}.column${path}`;
    case 'XML':
      return `${LOG}.${xmlToken}`;
    default:
      return format satisfies never;
  }
}

/** A string of an option. Strings of conditions are read in another way; so what is compared with stands in a token. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
