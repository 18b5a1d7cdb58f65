import type { Literal, PluginStatement, StringLiteral } from '../../syntax/tree.ts';

/** One pattern of a grok filter and the token that it is matched against. */
export interface GrokPattern {
  readonly source: string;
  readonly pattern: StringLiteral;
}

/** A place in a pattern that names a token or a library pattern. Offsets are in the pattern's value. */
export interface GrokPart {
  /** Name of the library pattern; null for a group of the author's own. */
  readonly library: string | null;
  /** The token; null for `%{NAME}`. */
  readonly token: string | null;
  readonly from: number;
  readonly to: number;
  /** Whether it stands inside a group, so that a match need not set it. */
  readonly nested: boolean;
}

/** The patterns of a grok filter in the order in which they are tried. */
export function grokPatternsOf(plugin: PluginStatement): readonly GrokPattern[] {
  const found: GrokPattern[] = [];
  for (const option of plugin.options) {
    if (option.name !== 'match' || option.value.kind !== 'hash') continue;
    for (const { key, value } of option.value.pairs) {
      for (const pattern of patternsIn(value)) found.push({ source: key, pattern });
    }
  }
  return found;
}

function patternsIn(value: Literal): readonly StringLiteral[] {
  if (value.kind === 'string') return [value];
  return value.kind === 'array' ? value.items.filter((item) => item.kind === 'string') : [];
}

const PART = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|%\{(\w+)(?::([^:{}]+))?(?::\w+)?\}|\(\?P?<([A-Za-z_]\w*)>|[()]/g;

/** A pattern that begins like the inside of a group is one: the engine puts patterns into groups. */
export function asGroup(pattern: string): { readonly text: string; readonly added: number } {
  return pattern.startsWith('?') ? { text: `(${pattern})`, added: 1 } : { text: pattern, added: 0 };
}

/** Named captures and library patterns of one pattern. */
export function grokParts(pattern: string): readonly GrokPart[] {
  const parts: GrokPart[] = [];
  const { text, added } = asGroup(pattern);
  let depth = -added;
  for (const match of text.matchAll(PART)) {
    const [whole, library, token, own] = match;
    const from = Math.max(0, match.index - added);
    const to = match.index - added + whole.length;
    if (library !== undefined) {
      parts.push({ library, token: token?.trim() ?? null, from, to, nested: depth > 0 });
    } else if (own !== undefined) {
      parts.push({ library: null, token: own, from, to, nested: depth > 0 });
      depth++;
    } else if (whole === '(') depth++;
    else if (whole === ')') depth--;
  }
  return parts;
}
