import { blankText, lineAt } from './blank-text.ts';

export interface ImportOfFile {
  readonly specifier: string;
  /** 1-based. */
  readonly line: number;
  /** `import type` and `export type`: gone when the program runs. */
  readonly typeOnly: boolean;
}

const FROM = /\b(import|export)(\s+type\b)?(?=[\s{*])[^;'"`]*?\bfrom\s*(['"])/g;
const BARE = /\bimport\s*(['"])/g;
const DYNAMIC = /\bimport\s*\(\s*(['"])/g;

/** Every static and dynamic import and re-export of a source text, in its order. */
export function findImports(source: string): readonly ImportOfFile[] {
  const code = blankText(source);
  const found: { at: number; open: number; typeOnly: boolean }[] = [];
  for (const match of code.matchAll(FROM)) {
    found.push({ at: match.index, open: match.index + match[0].length - 1, typeOnly: match[2] !== undefined });
  }
  for (const pattern of [BARE, DYNAMIC]) {
    for (const match of code.matchAll(pattern)) {
      found.push({ at: match.index, open: match.index + match[0].length - 1, typeOnly: false });
    }
  }
  return found
    .sort((a, b) => a.at - b.at)
    .map(({ open, typeOnly }) => {
      const quote = source[open] ?? "'";
      const specifier = source.slice(open + 1, source.indexOf(quote, open + 1));
      return { specifier, line: lineAt(source, open), typeOnly };
    });
}
