import type { ParserState } from './parser-state.ts';
import { compileTemplate, type Template, tokenNames, UnfilledTemplate } from './template.ts';
import { getToken, namesOf, type PathNames } from './token-path.ts';

/** A path of a filter's argument: its names where they are known at load, else how to find them. */
export interface TokenPath {
  readonly text: string;
  /** The names when no token stands inside the path, else null. */
  readonly names: PathNames | null;
  /** The names; a failure when a token inside the path cannot be filled in. */
  resolve(state: ParserState): PathNames | UnfilledTemplate;
}

export function compilePath(text: string): TokenPath {
  const template = compileTemplate(text);
  if (template.constant === null) return { text, names: null, resolve: (state) => fillPath(state, template) };
  const names = tokenNames(text);
  return { text, names, resolve: () => names };
}

function fillPath(state: ParserState, template: Template): PathNames | UnfilledTemplate {
  let path = '';
  for (const part of template.parts) {
    if (typeof part === 'string') {
      path += part;
      continue;
    }
    const value = getToken(state, part.names);
    // Where a text is meant only strings fill a token; in a path the index of a loop does as well.
    if (typeof value !== 'string' && typeof value !== 'number') {
      return new UnfilledTemplate(part.path, value === undefined ? 'field not set' : 'field is not a string');
    }
    path += String(value);
    state.checkToken(path.length);
  }
  state.countToken(path.length);
  return namesOf(path);
}
