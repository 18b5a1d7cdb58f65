import { GrokError } from './grok-error.ts';
import { nearestName } from './nearest-name.ts';
import { isBuiltIn, type PatternLibrary } from './pattern-library.ts';

/** The largest library pattern has about 4,000 characters; a pattern that doubles itself reaches any size soon. */
const MAX_LENGTH = 100_000;
const REFERENCE = /%\{([A-Za-z][A-Za-z0-9_]*)(?::([^:}]*))?(?::([^:}]*))?\}/g;
const TOKEN = /^[\p{L}\p{N}_.@-]+$/u;
const TYPES: ReadonlySet<string> = new Set(['int', 'float', 'string']);

/** A grok pattern written out as one expression. */
export interface ExpandedGrok {
  readonly source: string;
  /** The offset in the pattern that an offset in the source comes from. */
  readonly originOf: (offset: number) => number;
  /** Whether the character at the offset in the source comes from a pattern that ships. */
  readonly isBuiltInAt: (offset: number) => boolean;
}

interface Piece {
  /** Where it begins in the source. */
  readonly from: number;
  readonly origin: number;
  /** Whether it is text of the pattern itself, so that offsets run on within it. */
  readonly verbatim: boolean;
  readonly builtIn: boolean;
}

/** @throws GrokError for a reference to no pattern, or to itself, and for one that grows too large. */
export function expandGrok(pattern: string, library: PatternLibrary): ExpandedGrok {
  const pieces: Piece[] = [];
  let source = '';
  const open: string[] = [];

  const write = (text: string, piece: Omit<Piece, 'from'>): void => {
    if (text === '') return;
    pieces.push({ ...piece, from: source.length });
    source += text;
    if (source.length > MAX_LENGTH) throw new GrokError(`pattern grows beyond ${MAX_LENGTH} characters`, piece.origin);
  };

  const expand = (text: string, builtIn: boolean, origin: number | null): void => {
    let at = 0;
    for (const match of text.matchAll(REFERENCE)) {
      write(text.slice(at, match.index), { origin: origin ?? at, verbatim: origin === null, builtIn });
      at = match.index + match[0].length;
      refer(match, origin ?? match.index);
    }
    write(text.slice(at), { origin: origin ?? at, verbatim: origin === null, builtIn });
  };

  const refer = ([, name, token, type]: RegExpMatchArray, origin: number): void => {
    if (name === undefined) return;
    const found = library.patterns.get(name);
    if (found === undefined) throw unknownPattern(name, origin, library);
    if (open.includes(name)) {
      throw new GrokError(`pattern refers to itself: ${[...open.slice(open.indexOf(name)), name].join(' → ')}`, origin);
    }
    if (token !== undefined) checkToken(token, type, origin);
    const place = { origin, verbatim: false, builtIn: false };
    write(token === undefined ? '(?:' : `(?P<${token}>`, place);
    open.push(name);
    expand(found, isBuiltIn(name, found), origin);
    open.pop();
    write(')', place);
  };

  expand(pattern, false, null);
  const pieceAt = (offset: number): Piece | undefined => pieces.findLast((piece) => piece.from <= offset);
  return {
    source,
    originOf(offset) {
      const piece = pieceAt(offset);
      return piece === undefined ? 0 : piece.origin + (piece.verbatim ? offset - piece.from : 0);
    },
    isBuiltInAt: (offset) => pieceAt(offset)?.builtIn === true,
  };
}

function unknownPattern(name: string, origin: number, library: PatternLibrary): GrokError {
  const nearest = nearestName(name, library.patterns.keys());
  const hint = nearest === null ? '' : `did you mean %{${nearest}}?`;
  return new GrokError(`pattern %{${name}} not defined`, origin, hint);
}

function checkToken(token: string, type: string | undefined, origin: number): void {
  if (!TOKEN.test(token)) {
    throw new GrokError(`invalid token name "${token}"`, origin, 'a name is made of letters, digits and _ . - @');
  }
  if (type !== undefined && !TYPES.has(type)) {
    throw new GrokError(`unknown type "${type}"`, origin, `known types are ${[...TYPES].join(', ')}`);
  }
}
