import type { ErrorCode } from 'yaml';

/** YAML's errors in our words. The parser's own messages can quote the file, and the file can hold secrets. */
export function describeYamlError(code: ErrorCode): string {
  return `not valid YAML: ${MESSAGES[code]}`;
}

const MESSAGES: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias (*name) cannot have an anchor or a tag',
  BAD_ALIAS: 'this alias (*name) has no anchor (&name) before it; quote a value that begins with *',
  BAD_COLLECTION_TYPE: 'the tag does not fit what follows it',
  BAD_DIRECTIVE: 'this directive (%…) is not known',
  BAD_DQ_ESCAPE: 'no such escape (\\…) in double quotes; use single quotes to keep backslashes',
  BAD_INDENT: 'the indentation does not fit, or a bracket before it is not closed',
  BAD_PROP_ORDER: 'anchor and tag stand at the wrong place',
  BAD_SCALAR_START: 'a value cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a "key: value" within a value; put the value in quotes or begin a new line',
  BLOCK_IN_FLOW: 'indented blocks cannot stand within { } or [ ]',
  DUPLICATE_KEY: 'a key appears twice',
  IMPOSSIBLE: 'this cannot be read',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'something is not closed or not separated: a quote, a bracket, a comma, or the space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a colon missing?',
  MULTIPLE_ANCHORS: 'a value has more than one anchor',
  MULTIPLE_DOCS: 'more than one document',
  MULTIPLE_TAGS: 'a value has more than one tag',
  NON_STRING_KEY: 'a key must be a plain word',
  RESOURCE_EXHAUSTION: 'nested too deep, or too many aliases',
  TAB_AS_INDENT: 'a tab as indentation; YAML takes only spaces',
  TAG_RESOLVE_FAILED: 'this tag (!…) is not known; quote a value that begins with !',
  UNEXPECTED_TOKEN: 'something stands where nothing can; is a quote or a colon missing or too much?',
};
