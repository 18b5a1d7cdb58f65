/** The expressions in a parser's text. */
export interface ParserExpressions {
  readonly grok: readonly string[];
  readonly regexps: readonly string[];
}

const TOKENS = /#[^\n]*|"((?:\\[^]|[^"\\])*)"|'((?:\\[^]|[^'\\])*)'|=>|=~|!~|[A-Za-z_@][\w@.]*|[^]/g;

/**
 * Finds the grok patterns of a parser, and the regular expressions of its conditions and of `gsub`. Reads just enough of
 * the language for that.
 */
export function findExpressions(parser: string): ParserExpressions {
  const grok: string[] = [];
  const regexps: string[] = [];
  const open: string[] = [];
  let last = '';
  let option = '';
  let inList = 0;
  for (const [token, double, single] of parser.matchAll(TOKENS)) {
    if (token.startsWith('#') || token.trim() === '') continue;
    const quoted = double ?? single;
    if (token === '{') open.push(last);
    else if (token === '}') open.pop();
    else if (quoted === undefined && /^\w/.test(token) && open.at(-1) !== '=>') option = token;
    if (token === '[') inList = 1;
    if (quoted !== undefined) {
      const text = unescape(quoted);
      if (last === '=~' || last === '!~') regexps.push(text);
      else if (option === 'gsub' && inList > 0) {
        if (inList % 3 === 2) regexps.push(text);
        inList++;
      } else if (option === 'match' && open.includes('grok') && (last === '=>' || (inList > 0 && last !== '{'))) {
        grok.push(text);
        inList++;
      }
    }
    last = quoted === undefined ? token : '""';
  }
  return { grok, regexps };
}

function unescape(quoted: string): string {
  return quoted.replace(/\\([^])/g, (escape, letter: string) =>
    letter === '"' || letter === '\\' || /[A-Za-z]/.test(letter) ? letter : escape,
  );
}
