/**
 * TypeScript source with everything blanked that is not code: comments, and what stands inside strings, templates and
 * regular expressions. Length and line breaks stay, so that a position means the same in both texts. TypeScript 7 has no
 * parser to call; for finding imports and calls this is enough.
 */
export function blankText(source: string): string {
  const out = source.split('');
  const blank = (from: number, to: number): void => {
    for (let k = from; k < to; k++) if (out[k] !== '\n') out[k] = ' ';
  };
  // Open braces of template expressions: how deep each `${` is nested in plain braces.
  const templates: number[] = [];
  let depth = 0;
  let i = 0;
  while (i < source.length) {
    const c = source[i];
    const next = source[i + 1];
    if (c === '/' && (next === '/' || next === '*')) {
      const end = next === '/' ? endOf(source, '\n', i) : endOf(source, '*/', i + 2) + 2;
      blank(i, end);
      i = end;
    } else if (c === "'" || c === '"') {
      const end = endOfQuoted(source, i + 1, c);
      blank(i + 1, end);
      i = end + 1;
    } else if (c === '`' || (c === '}' && templates.at(-1) === depth)) {
      if (c === '}') templates.pop();
      const end = endOfTemplatePart(source, i + 1);
      blank(i + 1, end);
      if (source[end] === '$') {
        templates.push(depth);
        i = end + 2;
      } else {
        i = end + 1;
      }
    } else if (c === '/' && startsRegExp(out, i)) {
      const end = endOfRegExp(source, i + 1);
      blank(i + 1, end);
      i = end + 1;
    } else {
      if (c === '{') depth++;
      if (c === '}') depth--;
      i++;
    }
  }
  return out.join('');
}

function endOf(source: string, what: string, from: number): number {
  const found = source.indexOf(what, from);
  return found === -1 ? source.length : found;
}

function endOfQuoted(source: string, from: number, quote: string): number {
  for (let i = from; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === quote || source[i] === '\n') return i;
  }
  return source.length;
}

/** The position of the closing backtick or of the `$` of the next `${`. */
function endOfTemplatePart(source: string, from: number): number {
  for (let i = from; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === '`' || (source[i] === '$' && source[i + 1] === '{')) return i;
  }
  return source.length;
}

function endOfRegExp(source: string, from: number): number {
  let inClass = false;
  for (let i = from; i < source.length; i++) {
    const c = source[i];
    if (c === '\\') i++;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if ((c === '/' && !inClass) || c === '\n') return i;
  }
  return source.length;
}

/** A slash divides after a value and begins a regular expression anywhere else. */
function startsRegExp(out: readonly string[], at: number): boolean {
  let i = at - 1;
  while (i >= 0 && /\s/.test(out[i] ?? '')) i--;
  if (i < 0) return true;
  const before = out[i] ?? '';
  if (/[)\]}'"`]/.test(before)) return false;
  if (!/[\w$]/.test(before)) return true;
  let word = '';
  for (; i >= 0 && /[\w$]/.test(out[i] ?? ''); i--) word = out[i] + word;
  return ['return', 'typeof', 'case', 'in', 'of', 'await', 'yield', 'void', 'delete', 'else'].includes(word);
}

/** The 1-based line of a position. */
export function lineAt(source: string, position: number): number {
  let line = 1;
  for (let i = source.indexOf('\n'); i !== -1 && i < position; i = source.indexOf('\n', i + 1)) line++;
  return line;
}
