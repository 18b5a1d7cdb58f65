import { createHash } from 'node:crypto';

/** What the comments at the top of a default parser say. */
export interface ParserHead {
  /** What writes the logs, in words. */
  readonly product: string;
  /** The number of its `version` comment and eight hexadecimal digits of its text's SHA-256: `3-0a1b2c3d`. */
  readonly version: string;
}

/** Reads `# product: …` and `# version: …` at the top of a parser's text; null when one of them is not there. */
export function readParserHead(text: string): ParserHead | null {
  const comments = /^(?:[ \t]*#.*\n|[ \t]*\n)*/.exec(text)?.[0] ?? '';
  const product = /^#\s*product:\s*(.+?)\s*$/m.exec(comments)?.[1];
  const number = /^#\s*version:\s*([1-9]\d*)\s*$/m.exec(comments)?.[1];
  if (product === undefined || number === undefined) return null;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return { product, version: `${number}-${digest}` };
}
