import { Failure } from '../extraction.ts';
import type { ParserState } from './parser-state.ts';
import { getToken, namesOf, type PathNames } from './token-path.ts';

/** A text with `%{token}` in it, split at load. */
export interface Template {
  /** The text as it was written. */
  readonly text: string;
  /** The text when it holds no token, else null. */
  readonly constant: string | null;
  readonly parts: readonly (string | TemplateToken)[];
}

export interface TemplateToken {
  readonly path: string;
  readonly names: PathNames;
}

const TOKEN = /%\{([^{}]+)\}/g;

export function compileTemplate(text: string): Template {
  const parts: (string | TemplateToken)[] = [];
  let from = 0;
  for (const found of text.matchAll(TOKEN)) {
    if (found.index > from) parts.push(text.slice(from, found.index));
    const path = (found[1] ?? '').trim();
    parts.push({ path, names: tokenNames(path) });
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push(text.slice(from));
  const constant = parts.every((part) => typeof part === 'string') ? text : null;
  return { text, constant, parts };
}

/** The names of a token inside `%{…}` or of an argument: dotted, or in brackets. */
export function tokenNames(path: string): PathNames {
  if (!path.startsWith('[')) return namesOf(path);
  return path.slice(1, path.endsWith(']') ? -1 : undefined).split(/\]\s*\[/);
}

/** Why a token cannot be put into a text. */
export type TokenProblem = 'field not set' | 'field is not a string';

export class UnfilledTemplate extends Failure {
  readonly path: string;

  constructor(path: string, problem: TokenProblem) {
    super(`source field "${path}": ${problem}`);
    this.path = path;
  }
}

/** The text with its tokens filled in. Only strings can be. */
export function fillTemplate(state: ParserState, template: Template): string | UnfilledTemplate {
  if (template.constant !== null) return template.constant;
  let text = '';
  for (const part of template.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = getToken(state, part.names);
    if (typeof value !== 'string') {
      return new UnfilledTemplate(part.path, value === undefined ? 'field not set' : 'field is not a string');
    }
    text += value;
    state.checkToken(text.length);
  }
  state.countToken(text.length);
  return text;
}
