/** Tags that parsers give to logs they drop. Whatever else they write counts as `other`, so that labels stay few. */
const KNOWN_TAGS: ReadonlySet<string> = new Set([
  'TAG_MALFORMED_ENCODING',
  'TAG_MALFORMED_MESSAGE',
  'TAG_NO_SECURITY_VALUE',
  'TAG_UNSPECIFIED',
  'TAG_UNSUPPORTED',
]);

/** The tag as a label of metrics; `none` for a drop without one. */
export function dropTagLabel(tag: string): string {
  if (tag === '') return 'none';
  return KNOWN_TAGS.has(tag) ? tag : 'other';
}
